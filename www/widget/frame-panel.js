// The site's side of a chat in a frame: the same methods as a panel's, over a port that only the frame has.
import { LOOK } from './frame-protocol.js';

/**
 * @typedef {import('./frame-protocol.js').FromFrame} FromFrame
 * @typedef {import('./frame-protocol.js').Method} Method
 */

const SILENT_MS = 30_000;
/** Nothing that leaves the frame: no navigation of the page around it, no dialogs over it. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups';
/** Threads where the page around is isolated, too; dictation and copying, where the visitor agrees. */
const ALLOW = 'cross-origin-isolated; microphone; clipboard-write';

/** @param {import('./frame-protocol.js').FrameError} error */
const asError = ({ code, message, remedy }) => Object.assign(new Error(message), { code, remedy });

/**
 * @param {HTMLElement} frame
 * @param {string} address of frame.html
 * @param {import('./options.js').WidgetOptions} options
 * @param {import('./panel-types.js').Host} host
 * @returns {Promise<import('./panel-types.js').Panel>}
 */
export async function createFramePanel(frame, address, options, { emit, close }) {
  const { origin, href } = new URL(address, document.baseURI);
  const inner = document.createElement('iframe');
  const attributes = { title: options.title ?? 'Loquat', sandbox: SANDBOX, allow: ALLOW, src: href };
  for (const [name, value] of Object.entries(attributes)) inner.setAttribute(name, value);
  const { port1: port, port2: theirs } = new MessageChannel();
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const open = new Map();
  let nextId = 1;

  /** @type {Promise<void>} */
  const made = new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => {
      const message = /** @type {FromFrame} */ (data);
      if (message.type === 'made') resolve();
      else if (message.type === 'refused') reject(asError(message.error));
      else if (message.type === 'event') emit(message.name, message.detail);
      else if (message.type === 'close') close?.();
      else if (message.type === 'result') open.get(message.id)?.resolve(message.value);
      else open.get(message.id)?.reject(asError(message.error));
      if ('id' in message) open.delete(message.id);
    };
  });
  const seen = getComputedStyle(frame);
  const look = Object.fromEntries(LOOK.map((name) => [name, seen.getPropertyValue(name)]));
  inner.addEventListener(
    'load',
    () => {
      const { frame: _frame, floating: _floating, tools: _tools, ...rest } = options; // functions cross no frame
      const connect = {
        loquat: 'connect',
        options: { ...rest, page: location.pathname },
        look,
        closable: Boolean(close),
      };
      // Only the page that was asked for may have the port.
      inner.contentWindow?.postMessage(connect, origin, [theirs]);
    },
    { once: true },
  );
  frame.replaceChildren(inner);
  const silent = asError({
    code: 'frame_silent',
    message: `The chat at ${href} does not answer.`,
    remedy: 'Check that the address exists and lets this site frame it (frame-ancestors, frame-src).',
  });
  let timer = 0;
  const limit = new Promise((_, reject) => (timer = window.setTimeout(() => reject(silent), SILENT_MS)));
  try {
    await Promise.race([made, limit]);
  } catch (error) {
    port.close();
    inner.remove();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  /** @param {Method} method @param {...unknown} args @returns {Promise<any>} */
  const call = (method, ...args) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      open.set(id, { resolve, reject });
      port.postMessage({ type: 'call', id, method, args });
    });
  return {
    sendMessage: (text) => call('sendMessage', text),
    addMessage: (message) => call('addMessage', message),
    clear: () => call('clear'),
    focusInput() {
      inner.focus();
      void call('focusInput');
    },
    /** The frame's document ends, and with it its worker and all memory. */
    async destroy() {
      port.close();
      inner.remove();
      for (const { reject } of open.values()) reject(new DOMException('The chat was removed.', 'AbortError'));
    },
  };
}
