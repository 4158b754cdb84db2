// What the person chose, kept in localStorage so that theme and language are known before the first paint.

/**
 * @typedef {{id: string, icon: string, name: string, greeting: string, prompt: string}} Persona
 *
 * @typedef {object} Settings
 * @property {string} model an address, absolute or relative to the page
 * @property {import('../protocol/messages.js').Backend} backend
 * @property {number} contextLength tokens; 0 is the model's own, up to what fits
 * @property {number} maxTokens longest answer
 * @property {number} temperature
 * @property {number} topK 0 is off
 * @property {number} topP
 * @property {number} minP
 * @property {number} repetitionPenalty
 * @property {string} system
 * @property {string} persona id of the preset, or ''
 * @property {readonly Persona[]} personas the person's own
 * @property {'auto' | 'light' | 'dark'} theme
 * @property {'small' | 'normal' | 'large'} textSize
 * @property {string} language 'auto' or one that has words
 * @property {boolean} confidence show low-confidence words
 * @property {string} better id in the catalog of the model that arrives in the background, to be changed to once
 * @property {boolean} memory tell the model what the person keeps in its list
 * @property {string} paused address of the model whose download the person has paused
 * @property {readonly string[]} agreed addresses of the models that the person agreed to load
 * @property {boolean} remote ask a server instead of this device: what is said leaves it
 * @property {string} remoteUrl such as `https://my.server/v1`, absolute or relative to the page
 * @property {string} remoteModel as the server names it; empty: the first it lists
 * @property {string} remoteKey never stored
 */

/** @type {Readonly<Settings>} */
export const DEFAULTS = Object.freeze({
  model: 'models/SmolLM2-135M-Instruct.Q4_1.gguf',
  backend: 'auto',
  contextLength: 0,
  maxTokens: 1024,
  temperature: 0.1,
  topK: 40,
  topP: 0.9,
  minP: 0,
  repetitionPenalty: 1,
  // The model keeps to short, plain roles like this one; longer ones change its answers for the worse.
  // Of the roles tried in the page, the one under which the default model answers “What is the capital of France?” in English.
  system: 'You are a helpful assistant. Answer in the language of the question.',
  persona: '',
  personas: [],
  theme: 'auto',
  textSize: 'normal',
  language: 'auto',
  confidence: false,
  memory: false,
  better: '',
  agreed: [],
  paused: '',
  remote: false,
  remoteUrl: '',
  remoteModel: '',
  remoteKey: '',
});

/** The download of the default model, shown before it begins. */
export const DEFAULT_MODEL = Object.freeze({
  id: 'SmolLM2-135M-Instruct.Q4_1',
  title: 'SmolLM2 135M Instruct',
  language: 'en', // that it speaks well
  size: 98_362_432, // bytes
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
});

const KEY = 'loquat-settings';

/** Kept as long as the page, and no longer. @type {ReadonlySet<string>} */
export const SECRETS = new Set(['remoteKey']);

/** Names that may be set in the address, for links and tests: `?temperature=0&repetitionPenalty=1`. No link may send words elsewhere. */
const IN_ADDRESS = /** @type {const} */ ([
  'model',
  'backend',
  'contextLength',
  'maxTokens',
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'theme',
  'language',
]);

/** Those that are whole. @param {unknown} from @returns {Persona[]} */
export function cleanPersonas(from) {
  if (!Array.isArray(from)) return [];
  return from.flatMap((each) => {
    const { id, icon, name, greeting, prompt } = each ?? {};
    const texts = [id, icon, name, greeting, prompt];
    return texts.every((text) => typeof text === 'string') && id && name
      ? [{ id, icon, name, greeting, prompt }]
      : [];
  });
}

const MOST_AGREED = 100;

/** Until version 0.2 one yes was good for all: it was meant for the model that was set. @param {unknown} given @param {object} from @returns {string[]} */
function cleanAgreed(given, from) {
  if (Array.isArray(given)) return given.filter((each) => typeof each === 'string').slice(-MOST_AGREED);
  const { model } = /** @type {{model?: unknown}} */ (from);
  return given === true ? [typeof model === 'string' ? model : DEFAULTS.model] : [];
}

/** Whether the model that is set may be loaded without asking. @param {Pick<Settings, 'agreed' | 'model'>} settings */
export const hasAgreed = ({ agreed, model }) => agreed.includes(model);

/** @param {Settings} settings @param {string} model @param {boolean} [yes] @returns {Pick<Settings, 'agreed'>} */
export const agreeing = ({ agreed }, model, yes = true) => ({
  agreed: [...agreed.filter((each) => each !== model), ...(yes ? [model] : [])],
});

/** Keeps only known names with values of the right type. @param {unknown} from @returns {Partial<Settings>} */
export function cleanSettings(from) {
  /** @type {Record<string, unknown>} */
  const clean = {};
  if (typeof from !== 'object' || from === null) return {};
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const given = /** @type {Record<string, unknown>} */ (from)[name];
    if (given === undefined) continue;
    if (name === 'agreed') clean[name] = cleanAgreed(given, from);
    else if (Array.isArray(value)) {
      if (Array.isArray(given)) clean[name] = cleanPersonas(given);
    } else if (typeof given === typeof value && !Number.isNaN(given)) clean[name] = given;
  }
  return clean;
}

/** @param {URLSearchParams} params @returns {Partial<Settings>} */
export function settingsFromAddress(params) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const name of IN_ADDRESS) {
    const given = params.get(name);
    if (given === null || given === '') continue;
    found[name] = typeof DEFAULTS[name] === 'number' ? Number(given) : given;
  }
  return cleanSettings(found);
}

/** @param {Storage | undefined} storage @returns {Partial<Settings>} */
function storedSettings(storage) {
  try {
    return cleanSettings(JSON.parse(storage?.getItem(KEY) ?? '{}'));
  } catch {
    return {}; // damaged or forbidden: the defaults are fine
  }
}

/** What an address says counts for this visit. @param {Storage | undefined} storage @param {URLSearchParams} [params] @returns {Settings} */
export function readSettings(storage, params = new URLSearchParams()) {
  return { ...DEFAULTS, ...storedSettings(storage), ...settingsFromAddress(params) };
}

/**
 * Keeps what was changed beside what is kept already: what a link said is no choice of the person. Only what differs from the
 * defaults, so that better defaults reach those who never changed them.
 * @param {Storage | undefined} storage @param {Partial<Settings>} patch
 */
export function writeSettings(storage, patch) {
  const all = Object.entries({ ...storedSettings(storage), ...patch });
  const changed = all.filter(([name, value]) => {
    const standard = DEFAULTS[/** @type {keyof Settings} */ (name)];
    const empty = Array.isArray(value) && value.length === 0;
    return !SECRETS.has(name) && value !== standard && !empty;
  });
  try {
    storage?.setItem(KEY, JSON.stringify(Object.fromEntries(changed)));
  } catch {
    // Full or forbidden: the settings last as long as the page.
  }
}

/** Where words go when a server answers. @param {Settings} settings @param {string} base address of the page @returns {URL | undefined} */
export function remoteAddress({ remote, remoteUrl }, base) {
  if (!remote) return undefined;
  try {
    return new URL(remoteUrl, base);
  } catch {
    return undefined;
  }
}
