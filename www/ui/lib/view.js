// What every view is given: the app to act on, the words, and where its root lives. Types only.

/**
 * @typedef {import('../../app/app.js').App} App
 * @typedef {import('../../app/app.js').AppState} AppState
 *
 * @typedef {object} Ui
 * @property {App} app
 * @property {import('./i18n.js').I18n} i18n
 * @property {(text: string) => void} announce says something to screen readers
 * @property {(panel: 'settings' | 'models' | 'help' | 'document' | 'documents' | 'share' | 'switchModel' | 'again' | 'palette' | null, section?: string) => void} showPanel `section`: a class in it that is shown first, or what it is about
 * @property {(title: string, view: Node) => () => void} showDialog one that is no panel of the page's own; gives the way to close it
 * @property {(shown: boolean) => void} showSidebar
 * @property {(what: Writing) => void} write opens what is loaded late: a template's form, the templates, a draft
 * @property {() => void} focusInput
 * @property {Welcome} [welcome] a site's own words in place of the page's
 * @property {(reason: string) => Promise<HTMLElement>} [waysToPerson] of a site that has set any
 * @property {(name: string, given: Record<string, string>) => Promise<{text: string, done: boolean}>} [runTool] a function of the site's own
 * @property {boolean} [rates] false: no thumbs below answers
 * @property {(rating: import('../../app/feedback.js').Rating) => Promise<boolean>} [sendFeedback] to a site that takes ratings; whether they arrived
 *
 * @typedef {UiWith<'panels'>} PanelUi what is behind a button
 * @typedef {UiWith<'parts'>} PartUi
 *
 * @typedef {{title: string, greeting?: string, replies?: string[], size?: number, modelName?: string, disclosure?: string,
 *   face?: string, serves?: boolean}} Welcome `size` of the site's model, bytes; `serves`: questions are answered without a model
 *
 * @typedef {{template: import('../../agent/writing/template.js').Template, values?: Record<string, string>, instead?: string}} FormToFill `instead`: the question that it replaces
 * @typedef {FormToFill | {draft: string} | {templates: true}} Writing `draft`: id of its message
 *
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(state: AppState) => void} update
 */

/**
 * @template {import('../../locales/tables.js').More} S
 * @typedef {Omit<Ui, 'i18n'> & {i18n: import('./i18n.js').I18nWith<S>}} UiWith
 */

export {};
