// A draft as a Word file: headings, paragraphs, lists, tables, quotations, bold, italic and links, by the library docx.
import {
  Document,
  ExternalHyperlink,
  HeadingLevel,
  LevelFormat,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import { md } from '../parts/markdown-syntax.js';

/** @typedef {import('markdown-it').Token} Token */

const HEADINGS = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
];
const DEEPEST = 8;

/** @param {readonly Token[]} tokens */
function runs(tokens) {
  /** @type {Array<TextRun | ExternalHyperlink>} */
  const made = [];
  let bold = false;
  let italics = false;
  let strike = false;
  let link = '';
  let breaks = 0;
  /** @param {string} text @param {boolean} [code] */
  const add = (text, code = false) => {
    const run = new TextRun({
      text,
      bold,
      italics,
      strike,
      ...(breaks > 0 ? { break: breaks } : {}),
      ...(code ? { font: 'Courier New' } : {}),
      ...(link ? { style: 'Hyperlink' } : {}),
    });
    breaks = 0;
    made.push(link ? new ExternalHyperlink({ children: [run], link }) : run);
  };
  for (const token of tokens) {
    if (token.type === 'strong_open' || token.type === 'strong_close') bold = token.nesting > 0;
    else if (token.type === 'em_open' || token.type === 'em_close') italics = token.nesting > 0;
    else if (token.type === 's_open' || token.type === 's_close') strike = token.nesting > 0;
    else if (token.type === 'link_open') link = String(token.attrGet('href') ?? '');
    else if (token.type === 'link_close') link = '';
    else if (token.type === 'hardbreak') breaks += 1;
    else if (token.type === 'softbreak') add(' ');
    else if (token.content) add(token.content, token.type === 'code_inline');
  }
  return made;
}

/** @param {string} markdown @returns {Array<Paragraph | Table>} */
function blocks(markdown) {
  /** @type {Array<Paragraph | Table>} */
  const made = [];
  /** @type {Array<'bullet' | 'number'>} */
  const lists = [];
  let instance = 0;
  let quoted = 0;
  let heading = 0;
  let item = false;
  /** @type {TableRow[]} */
  let rows = [];
  /** @type {TableCell[] | undefined} */
  let cells;
  let head = false;
  for (const token of md.parse(markdown, {})) {
    const { type } = token;
    if (type === 'bullet_list_open' || type === 'ordered_list_open') {
      if (type === 'ordered_list_open') instance += 1;
      lists.push(type === 'bullet_list_open' ? 'bullet' : 'number');
    } else if (/_list_close$/.test(type)) lists.pop();
    else if (type === 'list_item_open') item = true;
    else if (type === 'blockquote_open' || type === 'blockquote_close') quoted += token.nesting;
    else if (type === 'heading_open') heading = Number(token.tag.slice(1));
    else if (type === 'heading_close') heading = 0;
    else if (type === 'thead_open' || type === 'thead_close') head = token.nesting > 0;
    else if (type === 'tr_open') cells = [];
    else if (type === 'tr_close') {
      rows.push(new TableRow({ children: cells ?? [], tableHeader: head }));
      cells = undefined;
    } else if (type === 'table_close') {
      made.push(new Table({ rows, width: { size: 100, type: WidthType.PERCENTAGE } }));
      rows = [];
    } else if (type === 'fence' || type === 'code_block') {
      for (const line of token.content.trimEnd().split('\n'))
        made.push(new Paragraph({ children: [new TextRun({ text: line, font: 'Courier New' })] }));
    } else if (type === 'inline') {
      const children = runs(token.children ?? []);
      const level = Math.min(lists.length - 1, DEEPEST);
      const kind = lists[lists.length - 1];
      const paragraph = new Paragraph({
        children,
        spacing: { after: kind ? 60 : 160 },
        ...(heading > 0 ? { heading: HEADINGS[heading - 1] } : {}),
        ...(quoted > 0 ? { indent: { left: 480 } } : {}),
        ...(item && kind === 'bullet' ? { bullet: { level } } : {}),
        ...(item && kind === 'number' ? { numbering: { reference: 'numbers', level, instance } } : {}),
      });
      item = false;
      if (cells) cells.push(new TableCell({ children: [paragraph] }));
      else made.push(paragraph);
    }
  }
  return made;
}

/** @param {string} markdown @param {string} title @returns {Promise<Blob>} */
export function docxFile(markdown, title) {
  const levels = Array.from({ length: DEEPEST + 1 }, (_, level) => ({
    level,
    format: LevelFormat.DECIMAL,
    text: `%${level + 1}.`,
    style: { paragraph: { indent: { left: 480 * (level + 1), hanging: 280 } } },
  }));
  const file = new Document({
    title,
    creator: 'Loquat',
    numbering: { config: [{ reference: 'numbers', levels }] },
    sections: [{ children: blocks(markdown) }],
  });
  return Packer.toBlob(file);
}
