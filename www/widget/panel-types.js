// What the element needs of a chat, be it in the page or in a frame. Types only, and light: sites compile against them.

/**
 * @typedef {{emit: (type: string, detail?: unknown) => void, close?: () => void}} Host
 *
 * @typedef {object} Panel
 * @property {(text: string) => Promise<void>} sendMessage
 * @property {(message: {role: 'user' | 'assistant', text: string}) => Promise<void>} addMessage
 * @property {() => unknown} clear
 * @property {() => void} focusInput
 * @property {() => Promise<void>} destroy
 *
 * @typedef {{createPanel: (frame: HTMLElement, root: ShadowRoot, options: import('./options.js').WidgetOptions, host: Host) => Promise<Panel>}} PanelModule
 */

export {};
