// What the person chose, kept in localStorage so that theme and language are known before the first paint.

/**
 * @typedef {{id: string, icon: string, name: string, greeting: string, prompt: string}} Persona
 *
 * @typedef {object} Settings
 * @property {string} model an address, absolute or relative to the page
 * @property {import('../engine/protocol.js').Backend} backend
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
 * @property {'auto' | 'en' | 'zh'} language
 * @property {boolean} confidence show low-confidence words
 * @property {boolean} agreed to the download of the default model
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
  agreed: false,
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

/** Keeps only known names with values of the right type. @param {unknown} from @returns {Partial<Settings>} */
export function cleanSettings(from) {
  /** @type {Record<string, unknown>} */
  const clean = {};
  if (typeof from !== 'object' || from === null) return {};
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const given = /** @type {Record<string, unknown>} */ (from)[name];
    if (Array.isArray(value)) {
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

/** @param {Storage | undefined} storage @param {URLSearchParams} [params] @returns {Settings} */
export function readSettings(storage, params = new URLSearchParams()) {
  /** @type {Partial<Settings>} */
  let stored = {};
  try {
    stored = cleanSettings(JSON.parse(storage?.getItem(KEY) ?? '{}'));
  } catch {
    // Damaged or forbidden: the defaults are fine.
  }
  return { ...DEFAULTS, ...stored, ...settingsFromAddress(params) };
}

/** Only what differs from the defaults, so that better defaults reach those who never changed them. @param {Storage | undefined} storage @param {Settings} settings */
export function writeSettings(storage, settings) {
  const changed = Object.entries(settings).filter(
    ([name, value]) => !SECRETS.has(name) && value !== DEFAULTS[/** @type {keyof Settings} */ (name)],
  );
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
