// What a message is made of, as crates/agent/src/part.rs has it. Types only.

/**
 * @typedef {{type: 'text', text: string}} TextPart Markdown
 * @typedef {{type: 'thought', text: string}} ThoughtPart what a model thinks before it answers
 * @typedef {{type: 'tool_call', id: string, name: string, arguments: Record<string, unknown>}} ToolCallPart
 * @typedef {{type: 'tool_result', id: string, name: string, content: unknown, error?: boolean}} ToolResultPart
 * @typedef {{type: 'file', name: string, media_type: string, size: number, hash: string}} FilePart
 * @typedef {{type: 'table', columns: string[], rows: string[][], total_rows: number, plan?: TablePlan}} TablePart
 * @typedef {object} TablePlan how a table was made
 * @property {{steps: TableStep[]}} plan
 * @property {string[]} words the steps in words
 * @property {{before: number, after: number}[]} rows of each step
 * @property {TableStep[]} [base] steps that had been done before
 * @property {string} [sheet]
 * @property {string} [hash] of the file
 * @property {string} [file] its name
 * @property {TableChart} [chart]
 * @property {boolean} [proposed] a change that waits for the person
 * @typedef {{op: string, [field: string]: any}} TableStep
 * @typedef {{kind: 'bar' | 'line' | 'area' | 'scatter' | 'pie', x: string, labels: string[], series: [string, (number | null)[]][]}} TableChart
 * @typedef {{type: 'choices', options: {label: string, send: string}[]}} ChoicesPart what a question with several meanings may mean
 * @typedef {{document: string, hash?: string, place: string, anchor: unknown, quote: string}} MapSource the passage that a node stands on
 * @typedef {{label: string, children?: MapNode[], folded?: boolean, color?: number, source?: MapSource}} MapNode `color`: 1 to 8, for the branch below too
 * @typedef {{type: 'map', root: MapNode, growing?: boolean}} MapPart `growing`: more of it may come
 * @typedef {{type: 'citation', number: number, document: string, hash?: string, place: string, anchor: unknown, quote: string}} CitationPart
 * @typedef {{type: 'worked', known: string[], steps: string[], result: string, checks: string[]}} WorkedPart
 * @typedef {{type: 'form', template: import('../agent/writing/template.js').Template, values: Record<string, string>, pause?: boolean}} FormPart a template that was filled in
 * @typedef {{text: string, by: string, at: number}} DraftVersion `by`: written, edited, or how a selection was changed; `at` ms since the epoch
 * @typedef {object} DraftPart a text that is written by a template, and kept
 * @property {'draft'} type
 * @property {string} id
 * @property {string} title
 * @property {string} language
 * @property {string} text as it is now
 * @property {boolean} done false: slots are open, and it can be gone on with
 * @property {import('../agent/writing/writing.js').State} state
 * @property {import('../agent/writing/writing.js').StepShown[]} steps
 * @property {{key: string, label: string, text: string}} [now] the slot that is being written
 * @property {string} [waits] the slot after which it waits for the person
 * @property {DraftVersion[]} versions
 * @property {number} [at] the version that is shown
 *
 * @typedef {{kind: 'log' | 'warn' | 'error', text: string} | {kind: 'table', columns: string[], rows: string[][]} | {kind: 'plot', chart: TableChart}} ProgramOutput
 * @typedef {'done' | 'failed' | 'time' | 'memory' | 'output' | 'stopped'} ProgramEnd by itself, by an error, at a limit, by the person
 * @typedef {{name: string, message: string, line?: number}} ProgramError
 * @typedef {object} RunPart what a program of the message wrote when it was run
 * @property {'run'} type
 * @property {string} language
 * @property {number} [block] which code block of the message it is, from 0
 * @property {ProgramOutput[]} outputs
 * @property {ProgramEnd} ended
 * @property {string} [value] of its last expression
 * @property {ProgramError} [error]
 *
 * @typedef {{type: 'notice', code: string, values: Record<string, unknown>}} NoticePart
 * @typedef {{type: 'source', number: number, title: string, address: string, quote?: string, sentence?: string, place?: string, date?: string}} SourcePart a page of the site
 * @typedef {{name: string, price?: string, picture?: string, address?: string, facts: Array<[string, string]>}} ProductCard
 * @typedef {{type: 'products', items: ProductCard[]}} ProductsPart
 * @typedef {{type: 'replies', title: string, replies: string[]}} RepliesPart what one may have meant
 * @typedef {{type: 'handover', reason: string}} HandoverPart ways to a person
 * @typedef {{type: 'action', name: string, label: string, fields: Array<{name: string, label: string, required: boolean, pattern?: string}>, note?: string}} ActionPart a function of the site's own
 * @typedef {TextPart | ThoughtPart | ToolCallPart | ToolResultPart | FilePart | TablePart | ChoicesPart | MapPart | CitationPart | WorkedPart | NoticePart | SourcePart | ProductsPart | RepliesPart | HandoverPart | ActionPart | FormPart | DraftPart | RunPart} KnownPart
 * @typedef {KnownPart | {type: string, [field: string]: unknown}} Part a later version's part is kept as it is
 */

export {};
