// What a site may say about its widget, from attributes, a script's data-*, or an object. Reads; does nothing.

/**
 * @typedef {object} WidgetOptions
 * @property {string} [model] address of a GGUF file; without it the default model beside the widget
 * @property {number} [modelSize] bytes, shown before the visitor agrees; without it the server is asked when the widget opens
 * @property {string} [title] heading, and the launcher's name
 * @property {string} [system] system prompt; empty: the model's own; without it the persona's, or the page's
 * @property {string} [persona] one of the page's presets: `tutor`, `editor`, `coder`, `terse`
 * @property {string} [greeting]
 * @property {string[]} [quickReplies]
 * @property {string[]} [knowledge] texts, or addresses on this site, that answers may rely on
 * @property {'auto' | 'en' | 'zh'} [language]
 * @property {'auto' | 'light' | 'dark'} [theme]
 * @property {'bottom-right' | 'bottom-left'} [position]
 * @property {string} [launcherText]
 * @property {import('../engine/protocol.js').Backend} [backend]
 * @property {string} [remote] address of a server that speaks OpenAI's API and answers in the model's place: what is said leaves the device
 * @property {string} [remoteModel] as that server names it; empty: the first it lists
 * @property {boolean | string} [frame] the chat in a frame of its own: true for the page beside widget.js, or the address of a frame.html
 * @property {boolean} [history] false: nothing that is said is kept
 * @property {boolean} [floating] a launcher in the page's corner; otherwise the chat is part of the page
 */

const LISTS = new Set(['quickReplies', 'knowledge']);
const FLAGS = new Set(['history', 'floating', 'frame']);
const NAMES = new Set([
  ...['model', 'modelSize', 'title', 'system', 'persona', 'greeting', 'language', 'theme', 'position'],
  ...['launcherText', 'backend', 'remote', 'remoteModel', ...LISTS, ...FLAGS],
]);

/** `quick-replies` → `quickReplies`. @param {string} name */
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** A list in an attribute: JSON, or parts between bars. @param {string} text @returns {string[]} */
function listOf(text) {
  if (text.trim().startsWith('[')) {
    try {
      return JSON.parse(text).map(String);
    } catch {
      // Then it is text that begins with a bracket.
    }
  }
  return text
    .split('|')
    .map((part) => part.trim())
    .filter(Boolean);
}

/**
 * @param {Iterable<[string, string]>} pairs attribute names (with or without `data-`) and values
 * @returns {WidgetOptions}
 */
export function optionsFrom(pairs) {
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [raw, value] of pairs) {
    const known = camel(raw.replace(/^data-/, ''));
    const name = known === 'heading' ? 'title' : known; // `title` on an element would be a tooltip
    if (!NAMES.has(name)) continue;
    if (LISTS.has(name)) options[name] = listOf(value);
    else if (name === 'frame' && /[/.]/.test(value)) options[name] = value;
    else if (FLAGS.has(name)) options[name] = value !== 'false' && value !== 'no';
    else if (name === 'modelSize') options[name] = Number(value) || undefined;
    else options[name] = value;
  }
  return options;
}
