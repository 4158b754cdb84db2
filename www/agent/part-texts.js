// The text form of each part of a message: for plain text, Markdown, search and the model. One row a part.

/** @typedef {import('../protocol/parts.js').Part} Part */
/** @typedef {import('../protocol/parts.js').MapNode} MapNode */

const DEEPEST = 64; // levels of a map; more than anyone can read

/** @param {MapNode} node @param {number} depth @returns {string} */
function outline(node, depth) {
  const { document, place } = node.source ?? {};
  const from = document ? ` [${[document, place].filter(Boolean).join(', ')}]` : '';
  const own = `${'  '.repeat(depth)}- ${String(node.label ?? '').replace(/\s*\n\s*/g, ' ')}${from}`;
  if (depth >= DEEPEST || !Array.isArray(node.children)) return own;
  return [own, ...node.children.map((child) => outline(child, depth + 1))].join('\n');
}

/** @param {string} cell */
const inCell = (cell) =>
  String(cell)
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ');
/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.map(inCell).join(' | ')} |`;

/** A page of a file as a link, which opens it there where the file lies beside. @param {string} document @param {string} place @param {unknown} page */
function citedAt(document, place, page) {
  const where = `${document}, ${place}`;
  if (typeof page !== 'number') return where;
  const address = encodeURIComponent(document).replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29'));
  return `[${where.replace(/[[\]\\]/g, '\\$&')}](${address}#page=${page})`;
}

/**
 * `''`: neither reader nor model is to see it as text.
 * @type {Record<string, (part: any) => string>}
 */
const TEXTS = {
  text: ({ text }) => text,
  thought: () => '',
  notice: () => '',
  tool_call: ({ name, arguments: given }) => `\`${name}(${JSON.stringify(given)})\``,
  tool_result: ({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)),
  file: ({ name }) => `[${name}]`,
  table: ({ columns, rows }) => [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n'),
  choices: ({ options }) =>
    options.map((/** @type {{label: string}} */ { label }) => `- ${label}`).join('\n'),
  map: ({ root }) => outline(root, 0),
  citation: ({ number, document, place, anchor, quote }) =>
    `> [${number}] ${String(quote).replaceAll('\n', '\n> ')}\n> — ${citedAt(document, place, anchor?.page)}`,
  draft: ({ text }) => text,
  run: ({ outputs, value, error, ended }) => {
    const lines = outputs.map((/** @type {any} */ { text, columns, rows }) =>
      columns ? [columns, ...rows].map((cells) => cells.join('\t')).join('\n') : text,
    );
    const end = error ? [`${error.name}: ${error.message}`] : ended === 'done' ? [] : [`(${ended})`];
    const written = [...lines, value, ...end].filter((line) => line !== undefined).join('\n');
    return written && `\`\`\`output\n${written.replaceAll('```', "'''")}\n\`\`\``;
  },
  form: ({ template: { name, fields }, values }) => {
    const filled = fields.filter((/** @type {{id: string}} */ { id }) => values[id]);
    const lines = filled.map(
      (/** @type {{id: string, label: string}} */ { id, label }) => `${label}: ${values[id]}`,
    );
    return [`${name}: ${values[filled[0]?.id] ?? ''}`.trim(), ...lines.slice(1)].join('\n');
  },
  source: ({ number, title, quote, address }) =>
    quote
      ? `> [${number}] ${String(quote).replaceAll('\n', '\n> ')}\n> — ${title}, ${address}`
      : `[${number}] ${title}: ${address}`,
  products: ({ items }) =>
    items
      .map((/** @type {any} */ { name, price, facts }) =>
        [`- ${name}`, price, ...facts.map((/** @type {string[]} */ fact) => fact.join(': '))]
          .filter(Boolean)
          .join(', '),
      )
      .join('\n'),
  replies: ({ title, replies }) =>
    [title, ...replies.map((/** @type {string} */ reply) => `- ${reply}`)].join('\n'),
  handover: () => '',
  action: () => '',
  worked: ({ known, steps, result, checks }) => [...known, ...steps, result, ...checks].join('\n'),
};

/**
 * Gives a new kind of part its text form.
 * @param {string} type @param {(part: any) => string} text
 */
export function registerPartText(type, text) {
  TEXTS[type] = text;
}

/** @param {Part} part @returns {string} */
export function partText(part) {
  try {
    return TEXTS[part.type]?.(part) ?? '';
  } catch {
    return ''; // a part from a file that somebody edited
  }
}

/** @param {readonly Part[]} parts */
export const partsText = (parts) => parts.map(partText).filter(Boolean).join('\n\n');
