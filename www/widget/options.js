// What a site may say about its widget, from attributes, a script's data-*, or an object. Reads; option-check.js says what was wrong.

/**
 * @typedef {object} WidgetOptions
 * @property {string} [id] names the chat where a page, or a site, has several: each has a conversation of its own
 * @property {string} [model] address of a GGUF file; without it the default model beside the widget
 * @property {string} [modelName] shown in its address's place; without it the file's name
 * @property {number} [modelSize] bytes, shown before the visitor agrees; without it the server is asked when the widget opens
 * @property {string} [title] heading, and the launcher's name
 * @property {string} [system] system prompt; empty: the model's own; without it the persona's, or the page's
 * @property {string} [persona] one of the page's presets: `tutor`, `editor`, `coder`, `terse`
 * @property {string} [greeting]
 * @property {string[]} [quickReplies]
 * @property {string[]} [knowledge] a file of `knowledge build` (….loquat), or texts and addresses on this site, that answers may rely on
 * @property {Blob} [knowledgeFile] a file of `knowledge build` that is no address
 * @property {string | import('../service/config.js').ServiceConfig} [config] address on this site of the service's configuration (docs/service.md)
 * @property {import('../service/site-tools.js').SiteTool[]} [tools] the shop's own functions; by `element.tools`
 * @property {string} [language] `auto`, or one that has words: `en`, `zh`, `ja`
 * @property {'auto' | 'light' | 'dark'} [theme]
 * @property {'bottom-right' | 'bottom-left'} [position]
 * @property {string} [face] address of a picture in place of our logo; `none`: no picture
 * @property {string} [launcherText]
 * @property {import('../protocol/messages.js').Backend} [backend]
 * @property {number} [maxTokens] longest answer
 * @property {number} [temperature] 0 always takes the likeliest word
 * @property {number} [repetitionPenalty] above 1, words already used become less likely
 * @property {string} [remote] address of a server that speaks OpenAI's API and answers in the model's place: what is said leaves the device
 * @property {string} [remoteModel] as that server names it; empty: the first it lists
 * @property {boolean | string} [frame] the chat in a frame of its own: true for the page beside widget.js, or the address of a frame.html
 * @property {string} [policy] address on this site of a policy file on what is answered (docs/safety.md); `default` for the one that comes along
 * @property {boolean} [documents] whether the visitor may add documents and ask them; they are read on the device
 * @property {boolean} [history] false: nothing that is said is kept
 * @property {boolean} [floating] a launcher in the page's corner; otherwise the chat is part of the page
 * @property {string} [page] path of the page around, where the chat is in a frame
 * @property {Array<[string, string]>} [attributes] as they were written, to be checked
 */

const text = (/** @type {string} */ value) => value;
const flag = (/** @type {string} */ value) => value !== 'false' && value !== 'no';
/** @param {...string} values */
const oneOf =
  (...values) =>
  (/** @type {string} */ value) =>
    values.includes(value) ? value : undefined;
/** @param {number} low @param {number} high @param {boolean} [whole] */
const numberFrom =
  (low, high, whole = false) =>
  (/** @type {string} */ value) => {
    const number = value.trim() === '' ? NaN : Number(value);
    return number >= low && number <= high && (!whole || Number.isInteger(number)) ? number : undefined;
  };

/** A list in an attribute: JSON, or parts between bars. @param {string} value @returns {string[]} */
function list(value) {
  if (value.trim().startsWith('[')) {
    try {
      return JSON.parse(value).map(String);
    } catch {
      // Then it is text that begins with a bracket.
    }
  }
  return value
    .split('|')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Each name with what its text means; undefined: it means nothing. @type {Record<string, (value: string) => unknown>} */
export const OPTIONS = {
  ...Object.fromEntries(
    [
      'id',
      'model',
      'modelName',
      'title',
      'system',
      'persona',
      'greeting',
      'launcherText',
      'remote',
      'remoteModel',
      'policy',
      'config',
      'face',
    ].map((name) => [name, text]),
  ),
  language: (value) => (/^[a-z]{2,3}(-\w+)*$|^auto$/i.test(value) ? value : undefined),
  theme: oneOf('auto', 'light', 'dark'),
  position: oneOf('bottom-right', 'bottom-left'),
  backend: oneOf('auto', 'cpu', 'gpu', 'scalar'),
  modelSize: numberFrom(1, 1e15, true),
  maxTokens: numberFrom(1, 1e6, true),
  temperature: numberFrom(0, 10),
  repetitionPenalty: numberFrom(0.1, 10),
  quickReplies: list,
  knowledge: list,
  history: flag,
  documents: flag,
  floating: flag,
  frame: (value) => (/[/.]/.test(value) ? value : flag(value)),
};

/** `quick-replies` → `quickReplies`. @param {string} name */
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** `heading` on an element is its title, which would be a tooltip. @param {string} attribute @returns {string} */
export function nameOf(attribute) {
  const name = camel(attribute.replace(/^data-/, ''));
  return name === 'heading' ? 'title' : name;
}

/** @param {Iterable<[string, string]>} pairs attribute names (with or without `data-`) and values; what has no meaning is left out @returns {WidgetOptions} */
export function optionsFrom(pairs) {
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [attribute, value] of pairs) {
    const name = nameOf(attribute);
    const meaning = Object.hasOwn(OPTIONS, name) ? OPTIONS[name](value) : undefined;
    if (meaning !== undefined) options[name] = meaning;
  }
  return options;
}
