// The chat's own page inside a frame: takes the port from a site that may frame it, and shows a panel.
import { isConnect, METHODS, toFrameError } from './frame-protocol.js';
import { STYLE } from './launcher-style.js';
import { createPanel } from './panel.js';

/** @typedef {import('./frame-protocol.js').Connect} Connect */
/** @typedef {import('./frame-protocol.js').FromFrame} FromFrame */

const OURS = '.box { border: 0; border-radius: 0; }';

/** Origins that may connect besides our own, listed in frame.html; `*` is all. */
const ALLOWED = new Set(
  document.querySelector('meta[name="loquat-embedders"]')?.getAttribute('content')?.split(/\s+/) ?? [],
);

/** @param {string} origin */
const mayConnect = (origin) => origin === location.origin || ALLOWED.has(origin) || ALLOWED.has('*');

/** @param {Connect} connect @param {(message: FromFrame) => void} post */
async function show({ options, look, closable }, post) {
  const element = /** @type {HTMLElement} */ (document.getElementById('chat'));
  const root = element.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE + OURS);
  root.adoptedStyleSheets = [sheet];
  for (const [name, value] of Object.entries(look)) if (value) element.style.setProperty(name, value);
  const { title = 'Loquat', theme, language } = options;
  if (theme && theme !== 'auto') element.dataset.theme = theme;
  if (language && language !== 'auto') document.documentElement.lang = language;
  document.title = title;
  const frame = document.createElement('div');
  frame.className = 'box';
  root.append(frame);
  const close = () => post({ type: 'close' });
  /** @param {string} name @param {unknown} [detail] */
  const emit = (name, detail) =>
    post({ type: 'event', name, detail: name === 'error' ? toFrameError(detail) : detail });
  const panel = await createPanel(frame, root, options, { emit, ...(closable ? { close } : {}) });
  root.addEventListener('keydown', (event) => {
    const { key, defaultPrevented } = /** @type {KeyboardEvent} */ (event);
    if (closable && key === 'Escape' && !defaultPrevented && !root.querySelector('dialog[open]')) close();
  });
  return panel;
}

/** @param {Connect} connect @param {MessagePort} port */
async function serve(connect, port) {
  const post = (/** @type {FromFrame} */ message) => port.postMessage(message);
  /** @type {import('./panel-types.js').Panel} */
  let panel;
  try {
    panel = await show(connect, post);
  } catch (error) {
    return post({ type: 'refused', error: toFrameError(error) });
  }
  port.onmessage = async ({ data: { id, method, args } }) => {
    try {
      if (!METHODS.has(method)) throw new TypeError(`There is no method ${method}.`);
      const run = /** @type {(...args: unknown[]) => unknown} */ (
        panel[/** @type {import('./frame-protocol.js').Method} */ (method)]
      );
      await run(...args);
      post({ type: 'result', id, value: undefined });
    } catch (error) {
      post({ type: 'failed', id, error: toFrameError(error) });
    }
  };
  post({ type: 'made' });
}

let connected = false;
addEventListener('message', ({ data, origin, source, ports: [port] }) => {
  if (source !== parent || !port || !isConnect(data) || connected) return;
  if (mayConnect(origin)) {
    connected = true;
    return void serve(data, port);
  }
  const error = {
    code: 'frame_origin',
    message: `The chat at ${location.origin} does not take part in pages of ${origin}.`,
    remedy: 'Whoever runs the chat must list that origin in frame.html (loquat-embedders).',
  };
  port.postMessage({ type: 'refused', error });
});
