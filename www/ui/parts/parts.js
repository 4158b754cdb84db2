// The parts of a message, one after the other, each by its own renderer. Keeps the DOM of parts that did not change.
// A renderer is a module of this folder and a line in RENDERERS.
import { partText } from '../../agent/part-texts.js';
import { h } from '../lib/dom.js';
import { adoptSheet } from '../lib/style-sheet.js';

/**
 * @typedef {import('../../protocol/parts.js').Part} Part
 * @typedef {import('../lib/view.js').PartUi} Ui
 * @typedef {{root: HTMLElement, update?: (part: any) => void}} PartView without `update` a changed part is drawn anew
 * @typedef {{message: string, change: (part: Part) => void}} Home of a part: its message's id, and what stores an edit
 * @typedef {{createPart: (part: any, ui: Ui, all: readonly Part[], home?: Home) => PartView}} Renderer
 */

/** @type {Record<string, () => Promise<Renderer>>} */
const RENDERERS = {
  text: () => import('./text-part.js'),
  thought: () => import('./thought-part.js'),
  tool_call: () => import('./tool-part.js'),
  tool_result: () => import('./tool-part.js'),
  file: () => import('./file-part.js'),
  table: () => import('./table-part.js'),
  choices: () => import('./choices-part.js'),
  map: () => import('./map-part.js'),
  citation: () => import('./citation-part.js'),
  worked: () => import('./worked-part.js'),
  notice: () => import('./notice-part.js'),
  form: () => import('./form-part.js'),
  draft: () => import('./draft-part.js'),
  run: () => import('./run-part.js'),
  source: () => import('./source-part.js'),
  products: () => import('./products-part.js'),
  replies: () => import('./replies-part.js'),
  handover: () => import('./handover-part.js'),
  action: () => import('./action-part.js'),
};

/** Gives a new kind of part its renderer. @param {string} type @param {() => Promise<Renderer>} load */
export function registerRenderer(type, load) {
  RENDERERS[type] = load;
}

/** A part that no one can draw, or whose renderer is out of reach: its words. @type {Renderer} */
const asText = {
  createPart: (part) => ({ root: h('pre', { class: 'part-text', dir: 'auto' }, partText(part)) }),
};

/** @param {HTMLElement} container @param {Ui} ui @param {string} [message] its id, where parts can be edited */
export function createParts(container, ui, message) {
  /** @type {Array<{part: Part, view: PartView}>} */
  const shown = [];
  let wanted = /** @type {readonly Part[]} */ ([]);
  let drawing = false;

  async function draw() {
    if (drawing) return;
    drawing = true;
    await adoptSheet(container, new URL('./parts.css', import.meta.url).href).catch(() => {});
    for (let i = 0; i < wanted.length; i++) {
      const part = wanted[i];
      const before = shown[i];
      if (before?.part === part) continue;
      if (before && before.part.type === part.type && before.view.update) {
        before.part = part;
        before.view.update(part);
        continue;
      }
      const renderer = await (RENDERERS[part.type]?.() ?? Promise.resolve(asText)).catch(() => asText);
      const change = (/** @type {Part} */ next) => {
        if (shown[i]) shown[i].part = next; // it shows it already
        wanted = wanted.map((each, j) => (j === i ? next : each));
        ui.app.answers.changePart(message ?? '', i, next).catch(ui.app.report);
      };
      const home = message === undefined ? undefined : { message, change };
      const view = renderer.createPart(wanted[i], ui, wanted, home);
      view.root.classList.add('part', `part-${part.type.replaceAll(/\W|_/g, '-')}`);
      if (before) before.view.root.replaceWith(view.root);
      else container.append(view.root);
      shown[i] = { part: wanted[i], view };
    }
    for (const { view } of shown.splice(wanted.length)) view.root.remove();
    drawing = false;
    if (shown.some(({ part }, i) => part !== wanted[i]) || shown.length !== wanted.length) void draw();
  }

  return {
    /** @param {readonly Part[]} parts */
    update(parts) {
      wanted = parts;
      void draw();
    },
  };
}
