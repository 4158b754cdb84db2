// A template's body: Markdown with places. `{{name}}` stands for a value or for what is written in a slot, `{{#name}}…{{/name}}`
// is there for each entry of a list, or once if there is a value, `{{^name}}…{{/name}}` if there is none. In a section `{{.}}`
// is the entry and `{{@n}}` its number.

/**
 * @typedef {{type: 'text', text: string} | {type: 'place', name: string} | {type: 'section', name: string, unless: boolean, nodes: Node[]}} Node
 * @typedef {string | string[] | Record<string, string>[] | undefined} Value
 * @typedef {object} Scope what the names mean here
 * @property {(name: string, path: string) => Value} look
 * @property {string} [path] of the entries around, such as `[2]`
 * @property {string | Record<string, string>} [entry]
 * @property {number} [n]
 */

const TAG = /\{\{\s*([#^/]?)\s*(\.|@n|[\w]+)\s*\}\}/g;
/** A section's tag alone on a line takes the line with it. */
const ALONE = /^[ \t]*(\{\{\s*[#^/]\s*\w+\s*\}\})[ \t]*\n/gm;
const DEEPEST = 4;

/** @param {string} message @param {string} name */
const wrong = (message, name) => Object.assign(new Error(message), { section: name });

/** @param {string} body @returns {Node[]} */
export function parseBody(body) {
  const source = body.replace(ALONE, '$1');
  /** @type {Array<{name: string, nodes: Node[]}>} */
  const open = [{ name: '', nodes: [] }];
  let at = 0;
  for (const { 0: tag, 1: kind, 2: name, index } of source.matchAll(TAG)) {
    const { nodes } = open[open.length - 1];
    if (index > at) nodes.push({ type: 'text', text: source.slice(at, index) });
    at = index + tag.length;
    if (kind === '') nodes.push({ type: 'place', name });
    else if (kind === '/') {
      if (open.length === 1 || open[open.length - 1].name !== name)
        throw wrong(`{{/${name}}} closes nothing that is open.`, name);
      open.pop();
    } else {
      if (open.length > DEEPEST) throw wrong(`{{#${name}}} lies too deep.`, name);
      const section = { type: /** @type {const} */ ('section'), name, unless: kind === '^', nodes: [] };
      nodes.push(section);
      open.push(section);
    }
  }
  if (open.length > 1) throw wrong(`{{#${open[1].name}}} is not closed.`, open[1].name);
  if (at < source.length) open[0].nodes.push({ type: 'text', text: source.slice(at) });
  return open[0].nodes;
}

/** All names in a body. @param {readonly Node[]} nodes @returns {string[]} */
export const namesIn = (nodes) =>
  nodes.flatMap((node) =>
    node.type === 'text' ? [] : node.type === 'place' ? [node.name] : [node.name, ...namesIn(node.nodes)],
  );

/** @param {string} name @param {Scope} scope @returns {Value} */
function meaning(name, { look, path = '', entry, n }) {
  if (name === '.') return typeof entry === 'object' ? undefined : entry;
  if (name === '@n') return String(n ?? '');
  if (typeof entry === 'object' && name in entry) return entry[name];
  return look(name, path);
}

/** @param {readonly Node[]} nodes @param {Scope} scope @returns {string} */
export function renderNodes(nodes, scope) {
  let text = '';
  for (const node of nodes) {
    if (node.type === 'text') text += node.text;
    else if (node.type === 'place') {
      const value = meaning(node.name, scope);
      const list = Array.isArray(value) ? value.map((each) => String(each)) : [value ?? ''];
      text += list.join(/[\u3040-\u9fff]/.test(list.join('')) ? '、' : ', ');
    } else {
      const value = meaning(node.name, scope);
      const empty = value === undefined || value.length === 0;
      if (node.unless) {
        if (empty) text += renderNodes(node.nodes, scope);
      } else if (Array.isArray(value)) {
        value.forEach((entry, i) => {
          text += renderNodes(node.nodes, { ...scope, entry, n: i + 1, path: `${scope.path ?? ''}[${i}]` });
        });
      } else if (!empty) text += renderNodes(node.nodes, scope);
    }
  }
  return text;
}

/** A body or a sentence with its values. @param {string} body @param {Scope} scope */
export const fillBody = (body, scope) => renderNodes(parseBody(body), scope);

/** Without what left-out sections leave: rows of empty lines, spaces at ends. @param {string} text */
export const tidy = (text) =>
  text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
