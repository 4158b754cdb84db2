// What the element needs of a chat, be it in the page or in a frame. Types only, and light: sites compile against them.

/**
 * @typedef {{emit: (type: string, detail?: unknown) => void, close?: () => void, element?: {tools?: import('./options.js').WidgetOptions['tools']}}} Host `element`: its tools may be set after the opening
 *
 * @typedef {object} Panel
 * @property {(text: string) => Promise<void>} sendMessage
 * @property {(message: {role: 'user' | 'assistant', text: string}) => Promise<void>} addMessage
 * @property {() => unknown} clear
 * @property {() => Promise<unknown>} [report] what was asked in this visit and what it took; not in a frame
 * @property {() => void} focusInput
 * @property {() => Promise<void>} destroy
 *
 * @typedef {{createPanel: (frame: HTMLElement, root: ShadowRoot, options: import('./options.js').WidgetOptions, host: Host) => Promise<Panel>}} PanelModule
 */

export {};
