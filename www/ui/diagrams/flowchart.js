// Mermaid's flowcharts, as far as they are drawn here: nodes with their shapes, arrows with their words, chains. What is
// only looks (classes, styles, frames around groups) is passed over; anything else is no flowchart. Pure.

/**
 * @typedef {'box' | 'round' | 'pill' | 'circle' | 'diamond'} Shape
 * @typedef {{id: string, label: string, shape: Shape}} FlowNode
 * @typedef {{from: string, to: string, label: string, dotted: boolean, thick: boolean, start: boolean, end: boolean}} FlowEdge `start`, `end`: there is an arrowhead
 * @typedef {{direction: 'TB' | 'BT' | 'LR' | 'RL', nodes: FlowNode[], edges: FlowEdge[]}} Flowchart
 */

const LONGEST = 20_000; // characters
const MOST = { nodes: 200, edges: 400 };
const HEAD = /^\s*(?:graph|flowchart)(?:\s+(TB|TD|BT|LR|RL))?\s*;?\s*$/i;
const LOOKS =
  /^(?:subgraph\b|end$|direction\b|classDef\b|class\b|style\b|linkStyle\b|click\b|accTitle|accDescr|%%)/;

/** Openings and closings, the longest first. @type {ReadonlyArray<[open: string, close: string, shape: Shape]>} */
const SHAPES = [
  ['(((', ')))', 'circle'],
  ['((', '))', 'circle'],
  ['([', '])', 'pill'],
  ['[(', ')]', 'round'],
  ['[[', ']]', 'box'],
  ['[/', '/]', 'box'],
  ['[\\', '\\]', 'box'],
  ['{{', '}}', 'diamond'],
  ['[', ']', 'box'],
  ['(', ')', 'round'],
  ['{', '}', 'diamond'],
  ['>', ']', 'box'],
];

const ID = /[\p{L}\p{N}_]+(?:[.-](?=[\p{L}\p{N}_])[\p{L}\p{N}_]+)*/uy;
/** `A -- words --> B`: the words between two halves of an arrow. */
const SPOKEN = /\s*(<)?(--|-\.|==)\s+([^|\n]+?)\s+(-{2,}|\.{1,}-|={2,})([>ox])?\s*/y;
const ARROW = /\s*(<|[ox](?=-))?(-{2,}|-\.+-|={2,})([>ox])?\s*(?:\|([^|]*)\|)?\s*/y;

/** @param {string} text a label as it is written */
const plain = (text) =>
  text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replace(/^`(.*)`$/s, '$1')
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/#quot;/g, '"')
    .replace(/\s+/g, ' ')
    .slice(0, 300);

/** @param {RegExp} pattern sticky @param {string} text @param {number} at */
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** @param {string} text @returns {Flowchart | undefined} nothing: it is none that can be drawn here */
export function parseFlowchart(text) {
  if (text.length > LONGEST) return undefined;
  const lines = text
    .split(/\n|;(?=\s|$)/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('%%'));
  const head = HEAD.exec(lines.shift() ?? '');
  if (!head) return undefined;
  const given = (head[1] ?? 'TB').toUpperCase();
  /** @type {Map<string, FlowNode>} */
  const nodes = new Map();
  /** @type {FlowEdge[]} */
  const edges = [];

  /** @param {string} line @param {number} at @returns {{id: string, at: number} | undefined} */
  function node(line, at) {
    const found = match(ID, line, at);
    if (!found) return undefined;
    const [id] = found;
    at += id.length;
    const shape = SHAPES.find(([open]) => line.startsWith(open, at));
    if (shape) {
      const [open, close] = shape;
      const quoted = line.startsWith(`${open}"`, at);
      const end = quoted
        ? line.indexOf(`"${close}`, at + open.length + 1)
        : line.indexOf(close, at + open.length);
      if (end < 0) return undefined;
      nodes.set(id, {
        id,
        label: plain(line.slice(at + open.length, end + (quoted ? 1 : 0))) || id,
        shape: shape[2],
      });
      at = end + close.length + (quoted ? 1 : 0);
    } else if (!nodes.has(id)) nodes.set(id, { id, label: id, shape: 'box' });
    const dress = match(/:::[\w-]+/y, line, at);
    return { id, at: at + (dress?.[0].length ?? 0) };
  }

  /** `A & B`. @param {string} line @param {number} at */
  function group(line, at) {
    const ids = [];
    for (;;) {
      const one = node(line, at);
      if (!one) return undefined;
      ids.push(one.id);
      const more = match(/\s*&\s*/y, line, one.at);
      if (!more) return { ids, at: one.at };
      at = one.at + more[0].length;
    }
  }

  for (const line of lines) {
    if (LOOKS.test(line)) continue;
    let here = group(line, 0);
    if (!here) return undefined;
    while (here.at < line.length) {
      const spoken = match(SPOKEN, line, here.at);
      const arrow = spoken ?? match(ARROW, line, here.at);
      if (!arrow || arrow[0].trim() === '') return undefined;
      const next = group(line, here.at + arrow[0].length);
      if (!next) return undefined;
      const [, start, body, a, b, c] = arrow;
      const edge = {
        label: plain(spoken ? a : (b ?? '')),
        dotted: body.includes('.'),
        thick: body.includes('='),
        start: Boolean(start),
        end: Boolean(spoken ? c : a),
      };
      for (const from of here.ids) for (const to of next.ids) edges.push({ from, to, ...edge });
      if (edges.length > MOST.edges) return undefined;
      here = next;
    }
  }
  if (nodes.size === 0 || nodes.size > MOST.nodes) return undefined;
  const direction = /** @type {Flowchart['direction']} */ (given === 'TD' ? 'TB' : given);
  return { direction, nodes: [...nodes.values()], edges };
}

/** Mermaid's mind maps: one node a line, indented. @param {string} text @returns {import('../../protocol/parts.js').MapNode | undefined} */
export function parseMindmap(text) {
  if (text.length > LONGEST) return undefined;
  const [head = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*%%/.test(line));
  if (!/^\s*mindmap\s*$/.test(head)) return undefined;
  /** @type {Array<{space: number, node: import('../../protocol/parts.js').MapNode}>} */
  const path = [];
  let root;
  for (const line of lines) {
    if (/^\s*::/.test(line)) continue; // icons and classes
    const space = line.length - line.trimStart().length;
    const bare = line.trim().replace(/:::.*$/, '');
    const shape = SHAPES.find(([open, close]) => bare.includes(open) && bare.endsWith(close));
    const label = plain(
      shape ? bare.slice(bare.indexOf(shape[0]) + shape[0].length, -shape[1].length) : bare,
    );
    const node = { label };
    while (path.length > 0 && path[path.length - 1].space >= space) path.pop();
    const above = path[path.length - 1]?.node;
    if (above) (above.children ??= []).push(node);
    else if (root)
      return undefined; // a second middle
    else root = node;
    path.push({ space, node });
  }
  return root;
}
