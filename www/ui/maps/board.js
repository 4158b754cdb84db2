// The map on its board: lays out what is in sight, glides from where things stood to where they stand, and says what was
// pointed at. Knows nothing of editing.
import { createCamera } from './camera.js';
import { createDrawing, s } from './draw.js';
import { h } from '../lib/dom.js';
import { boundsOf, place } from './layout.js';
import { COLUMN, shownOf } from './theme.js';

/**
 * @typedef {import('../../app/maps/tree.js').Node} Node
 * @typedef {import('./layout.js').Point} Point
 *
 * @typedef {object} BoardEvents
 * @property {(id: number) => void} select
 * @property {(id: number) => void} open a double click
 * @property {(id: number) => void} toggle
 * @property {(id: number) => void} source
 * @property {(id: number, onto: number) => void} [drop] without it nothing can be dragged
 */

const GLIDE = 260; // ms
const READABLE = 0.6; // the smallest scale that a map begins with

/** @param {{rtl: boolean, label: string, nameOf: (node: Node) => string, events: BoardEvents}} options */
export function createBoard({ rtl, label, nameOf, events }) {
  const svg = s('svg', { class: 'map-layer', role: 'tree', 'aria-label': label });
  const board = h('div', { class: 'map-board' }, /** @type {any} */ (svg));
  const drawing = createDrawing(svg, rtl);
  const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const camera = createCamera(board, svg, still);
  /** @type {import('./draw.js').Shown[]} */
  let all = [];
  /** @type {Map<number, Point>} where things are drawn */
  let places = new Map();
  /** @type {Map<number, Point>} where they go */
  let goal = new Map();
  let frame = 0;
  let growing = false;

  const sizes = () => new Map(all.map(({ node, label }) => [node.id, label]));

  /** New nodes come out of their parent. @param {boolean} gliding */
  function moveTo(gliding) {
    cancelAnimationFrame(frame);
    const from = new Map(places);
    for (const { node } of all)
      for (const { id } of node.children) {
        const at = from.get(node.id) ?? goal.get(node.id);
        if (at && !from.has(id)) from.set(id, at);
      }
    if (!gliding || still() || places.size === 0) {
      places = new Map(goal);
      return drawing.place(places, all);
    }
    const began = performance.now();
    const step = (/** @type {number} */ now) => {
      const t = Math.min(1, Math.max(0, (now - began) / GLIDE));
      const e = 1 - (1 - t) ** 3;
      places = new Map(
        [...goal].map(([id, to]) => {
          const was = from.get(id) ?? to;
          return [id, { x: was.x + (to.x - was.x) * e, y: was.y + (to.y - was.y) * e }];
        }),
      );
      drawing.place(places, all);
      if (t < 1) frame = requestAnimationFrame(step);
    };
    step(began);
    frame = requestAnimationFrame(step);
  }

  /** @param {Element} target */
  const idOf = (target) => Number(target.closest('[data-id]')?.getAttribute('data-id') ?? 0);

  board.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    const id = idOf(target);
    if (!id) return;
    if (target.closest('.toggle')) return events.toggle(id);
    if (target.closest('.place')) return events.source(id);
    events.select(id);
  });
  board.addEventListener('dblclick', (event) => {
    const id = idOf(/** @type {Element} */ (event.target));
    if (id) events.open(id);
  });

  /** What is being dragged with the mouse. @type {{id: number, x: number, y: number, on: boolean, over: Element | null} | undefined} */
  let dragged;
  const endDrag = () => {
    if (!dragged) return;
    drawing.group(dragged.id)?.classList.remove('dragged');
    dragged.over?.classList.remove('target');
    dragged = undefined;
  };
  board.addEventListener('pointerdown', (event) => {
    const target = /** @type {Element} */ (event.target);
    const id = idOf(target);
    if (!events.drop || event.pointerType === 'touch' || event.button !== 0 || !id) return;
    if (target.closest('.toggle') || id === all[0]?.node.id) return;
    dragged = { id, x: event.clientX, y: event.clientY, on: false, over: null };
  });
  // Before the camera hears of it.
  board.addEventListener(
    'pointermove',
    (event) => {
      if (!dragged) return;
      event.stopImmediatePropagation();
      const [dx, dy] = [event.clientX - dragged.x, event.clientY - dragged.y];
      if (!dragged.on && Math.hypot(dx, dy) < 6) return;
      const group = drawing.group(dragged.id);
      const at = places.get(dragged.id);
      const label = all.find(({ node }) => node.id === dragged?.id)?.label;
      if (!group || !at || !label) return endDrag();
      dragged.on = true;
      group.classList.add('dragged');
      const { k } = camera.view();
      const left = rtl ? at.x - label.width : at.x;
      group.setAttribute('transform', `translate(${left + dx / k} ${at.y - label.height / 2 + dy / k})`);
      const root = /** @type {Document | ShadowRoot} */ (board.getRootNode());
      const over = root.elementFromPoint(event.clientX, event.clientY)?.closest('[data-id]') ?? null;
      if (over === dragged.over) return;
      dragged.over?.classList.remove('target');
      over?.classList.add('target');
      dragged.over = over;
    },
    { capture: true },
  );
  board.addEventListener('pointerup', () => {
    if (!dragged) return;
    const { id, on, over } = dragged;
    const onto = over ? idOf(over) : 0;
    endDrag();
    if (!on) return;
    drawing.place(places, all); // back, unless it goes elsewhere
    if (onto && onto !== id) events.drop?.(id, onto);
  });
  board.addEventListener('pointercancel', endDrag);

  const bounds = () => boundsOf(goal, sizes(), rtl);
  /** @param {number} id @returns {import('./layout.js').Box | undefined} */
  const boxOf = (id) => {
    const at = goal.get(id);
    const label = all.find(({ node }) => node.id === id)?.label;
    if (!at || !label) return undefined;
    const left = rtl ? at.x - label.width : at.x;
    return { left, right: left + label.width, top: at.y - label.height / 2, bottom: at.y + label.height / 2 };
  };

  /** As it is looked at from the start. @param {boolean} [sliding] */
  function look(sliding = true) {
    if (all.length > 0) camera.fit(bounds(), { readable: READABLE, rtl, sliding, growing });
  }
  let width = 0;
  new ResizeObserver(() => {
    if (board.clientWidth === width) return;
    width = board.clientWidth;
    if (!camera.touched()) look(false);
  }).observe(board);

  return {
    root: board,
    svg,
    camera,
    look,
    bounds,
    boxOf,
    shown: () => all,
    places: () => goal,
    group: drawing.group,
    /**
     * @param {Node} root @param {number} selected
     * @param {{grows?: boolean, keep?: number}} [options] `keep`: the node that stays where it is on the screen
     */
    draw(root, selected, { grows = false, keep } = {}) {
      const first = all.length === 0;
      const was = keep === undefined ? undefined : goal.get(keep);
      all = shownOf(root);
      drawing.update(all, nameOf, selected);
      goal = place(root, sizes(), { rtl, ...(grows ? { growing: COLUMN } : {}) });
      const is = keep === undefined ? undefined : goal.get(keep);
      growing = grows;
      if (was && is && camera.touched()) {
        const { k } = camera.view();
        const by = { x: was.x - is.x, y: was.y - is.y };
        camera.shift({ x: by.x * k, y: by.y * k });
        places = new Map([...places].map(([id, at]) => [id, { x: at.x - by.x, y: at.y - by.y }]));
      }
      moveTo(!first && !grows);
      if (!camera.touched()) look(!first);
    },
    /** Only which one is selected has changed. @param {number} selected */
    select(selected) {
      drawing.update(all, nameOf, selected);
      const box = boxOf(selected);
      if (box) camera.show(box);
    },
  };
}
