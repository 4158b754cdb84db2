// What every view is given: the app to act on, the words, and where its root lives. Types only.

/**
 * @typedef {import('../state/app.js').App} App
 * @typedef {import('../state/app.js').AppState} AppState
 *
 * @typedef {object} Ui
 * @property {App} app
 * @property {import('./i18n.js').I18n} i18n
 * @property {(text: string) => void} announce says something to screen readers
 * @property {(panel: 'settings' | 'models' | 'help' | null) => void} showPanel
 * @property {(shown: boolean) => void} showSidebar
 * @property {() => void} focusInput
 * @property {Welcome} [welcome] a site's own words in place of the page's
 *
 * @typedef {{title: string, greeting?: string, replies?: string[], size?: number}} Welcome `size` of the site's model, bytes
 *
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(state: AppState) => void} update
 */

export {};
