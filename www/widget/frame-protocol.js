// What a site's page and the chat in a frame say to each other over their own port. Types, names and guards only.

/**
 * The one message that goes through window.postMessage: it brings the port. The frame looks at where it comes from.
 * @typedef {{loquat: 'connect', options: import('./options.js').WidgetOptions, look: Record<string, string>, closable: boolean}} Connect
 *
 * @typedef {'sendMessage' | 'addMessage' | 'clear' | 'focusInput'} Method
 * @typedef {{type: 'call', id: number, method: Method, args: unknown[]}} ToFrame
 *
 * @typedef {{code: string, message: string, remedy: string}} FrameError
 * @typedef {{type: 'made'} | {type: 'refused', error: FrameError}
 *   | {type: 'result', id: number, value: unknown} | {type: 'failed', id: number, error: FrameError}
 *   | {type: 'event', name: string, detail: unknown} | {type: 'close'}} FromFrame `close`: the visitor wants the frame closed
 */

/** @type {ReadonlySet<string>} */
export const METHODS = new Set(['sendMessage', 'addMessage', 'clear', 'focusInput']);

/** Custom properties that reach into the frame. */
export const LOOK = /** @type {const} */ (['--loquat-accent', '--loquat-on-accent', '--loquat-bg']);

/** @param {unknown} data @returns {data is Connect} */
export function isConnect(data) {
  return typeof data === 'object' && data !== null && 'loquat' in data && data.loquat === 'connect';
}

/** @param {unknown} error @returns {FrameError} what can be sent */
export function toFrameError(error) {
  const { code, message, remedy } = /** @type {Partial<FrameError>} */ (error ?? {});
  return { code: code ?? 'internal', message: message ?? String(error), remedy: remedy ?? '' };
}
