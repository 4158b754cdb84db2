// What a knowledge file holds. Types only.

/**
 * @typedef {object} Site
 * @property {string} name of the shop
 * @property {string[]} languages the first is the one that texts are in where nothing else is said
 *
 * @typedef {object} Faq a known question, with the merchant's own words
 * @property {string} id
 * @property {string} question
 * @property {string[]} [also] other ways to ask it
 * @property {string} answer Markdown
 * @property {string} [address] a page that says more
 * @property {string} language
 *
 * @typedef {{address: string, title: string, date?: string, language: string}} Page
 * @typedef {{page: number, headings?: string[], place?: string, text: string}} Passage `page`: its number in `pages`
 *
 * @typedef {'text' | 'number' | 'price' | 'yes-no' | 'list' | 'address' | 'picture'} ColumnType
 * @typedef {{name: string, type: ColumnType, labels?: Record<string, string>, unit?: string, of?: string, language?: string}} Column
 *   `labels`: its name by language; `of`, `language`: the words of that column in another language
 * @typedef {string | number | boolean | string[] | null} Cell
 * @typedef {{columns: Column[], rows: Cell[][]}} Products
 *
 * @typedef {{topic: string, words: string[], texts?: Record<string, string>}} HandoverRule questions that a person answers
 *
 * @typedef {object} Knowledge
 * @property {Site} site
 * @property {Faq[]} faq
 * @property {Page[]} pages
 * @property {Passage[]} passages
 * @property {Products} [products]
 * @property {HandoverRule[]} handover
 *
 * @typedef {[offset: number, length: number]} Part counted from the directory's end
 * @typedef {[first: number, offset: number, length: number]} Run `first`: the first hash, or passage, in it
 * @typedef {object} Directory
 * @property {number} version
 * @property {string} id of the contents
 * @property {Site} site
 * @property {{faq: number, pages: number, passages: number, products: number}} counts
 * @property {{faq: Part, extra: Part, pages: Part, lengths: Part, terms: Run[], passages: Run[]}} parts
 */

export {};
