// A map as a drawing of its own: the same shapes, with every colour and font written out, for files and for paper.
import { BRANCHES } from '../../app/maps/freemind.js';
import { LoquatError } from '../../protocol/messages.js';
import { fromPart } from '../../app/maps/tree.js';
import { createDrawing, s } from './draw.js';
import { boundsOf, place } from './layout.js';
import { FONT, shownOf } from './theme.js';

/** @typedef {import('./draw.js').Shown} Shown */

const MARGIN = 24;
const LARGEST = 16_000_000; // pixels of a picture, which every browser can make
const LONGEST = 8192; // pixels of a side
const TINTS = ['#fbeee6', '#eaf3ea', '#e8f1f8', '#f6e8f7', '#e7f2f1', '#f8e9ea', '#f0eefa', '#f4f1e3'];

/** @param {Element} element @param {Record<string, string | number>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** @param {SVGSVGElement} svg */
function paint(svg) {
  const colorOf = (/** @type {Element} */ element) =>
    Number(/color-(\d)/.exec(element.getAttribute('class') ?? '')?.[1] ?? 0);
  for (const line of svg.querySelectorAll('.line'))
    set(line, { fill: 'none', stroke: BRANCHES[colorOf(line) - 1] ?? '#8a7f70', 'stroke-width': 2 });
  for (const group of svg.querySelectorAll('.node')) {
    const level = Number(/level-(\d)/.exec(group.getAttribute('class') ?? '')?.[1] ?? 2);
    const color = colorOf(group);
    const branch = BRANCHES[color - 1] ?? '#8a7f70';
    const box = group.querySelector('.box');
    if (box)
      set(box, {
        fill:
          level === 0
            ? color
              ? TINTS[color - 1]
              : '#f2a12e'
            : level === 1
              ? (TINTS[color - 1] ?? '#ffffff')
              : '#ffffff',
        stroke: level === 0 && !color ? '#e08c12' : branch,
        'stroke-width': level === 2 ? 1 : 1.5,
      });
    const text = group.querySelector(':scope > text:not(.place)');
    if (text)
      set(text, {
        fill: '#2b2620',
        'font-family': FONT,
        'font-size': level === 0 ? 16 : 14,
        'font-weight': level === 2 ? 400 : 600,
      });
    for (const place of group.querySelectorAll('.place'))
      set(place, { fill: '#6b6154', 'font-family': FONT, 'font-size': 12 });
    const toggle = group.querySelector('.toggle');
    if (toggle && group.getAttribute('aria-expanded') === 'true') toggle.remove();
    else if (toggle) {
      const circle = toggle.querySelector('circle:not(.reach)');
      if (circle) set(circle, { fill: '#ffffff', stroke: branch });
      const count = toggle.querySelector('text');
      if (count) set(count, { fill: '#2b2620', 'font-family': FONT, 'font-size': 10 });
    }
  }
  for (const reach of svg.querySelectorAll('.reach')) reach.remove();
  for (const element of svg.querySelectorAll('*'))
    for (const { name } of [...element.attributes])
      if (/^(class|role|tabindex|data-|aria-)/.test(name)) element.removeAttribute(name);
}

/**
 * @param {readonly Shown[]} shown @param {ReadonlyMap<number, import('./layout.js').Point>} places
 * @param {import('./layout.js').Box} box @param {boolean} rtl
 */
function shapesOf(shown, places, box, rtl) {
  const [x, y] = [Math.floor(box.left - MARGIN), Math.floor(box.top - MARGIN)];
  const width = Math.ceil(box.right - box.left + 2 * MARGIN);
  const height = Math.ceil(box.bottom - box.top + 2 * MARGIN);
  const xmlns = 'http://www.w3.org/2000/svg';
  const svg = s('svg', { xmlns, viewBox: `${x} ${y} ${width} ${height}`, width, height });
  const drawing = createDrawing(svg, rtl);
  drawing.update(shown, () => '', 0);
  drawing.place(places, shown);
  return { svg, page: { x, y, width, height } };
}

/**
 * @param {readonly Shown[]} shown @param {ReadonlyMap<number, import('./layout.js').Point>} places
 * @param {import('./layout.js').Box} box @param {boolean} rtl @param {string} title
 */
export function pictureOf(shown, places, box, rtl, title) {
  const { svg, page } = shapesOf(shown, places, box, rtl);
  paint(svg);
  svg.prepend(s('title', {}, title), s('rect', { ...page, fill: '#ffffff' }));
  return svg;
}

/** @param {import('../../protocol/parts.js').MapPart} part @param {boolean} rtl */
function laidOut({ root: stored }, rtl) {
  const { root } = fromPart(stored);
  const shown = shownOf(root);
  const sizes = new Map(shown.map(({ node, label }) => [node.id, label]));
  const places = place(root, sizes, { rtl });
  return { shown, places, box: boundsOf(places, sizes, rtl), title: root.label };
}

/** A stored map, all of it, as a drawing. @param {import('../../protocol/parts.js').MapPart} part @param {boolean} rtl */
export function drawingOf(part, rtl) {
  const { shown, places, box, title } = laidOut(part, rtl);
  return pictureOf(shown, places, box, rtl, title);
}

/** Not to be edited, in the page's colours. @param {import('../../protocol/parts.js').MapPart} part */
export function staticMap(part) {
  const { shown, places, box } = laidOut(part, false);
  const { svg } = shapesOf(shown, places, box, false);
  for (const element of svg.querySelectorAll('.toggle, .reach')) element.remove();
  for (const node of svg.querySelectorAll('.node'))
    for (const name of [
      'role',
      'tabindex',
      'aria-label',
      'aria-level',
      'aria-posinset',
      'aria-setsize',
      'aria-selected',
      'aria-expanded',
    ])
      node.removeAttribute(name);
  svg.setAttribute('class', 'map-layer map-still');
  return svg;
}

/** @param {SVGSVGElement} svg */
export const svgText = (svg) => `${new XMLSerializer().serializeToString(svg)}\n`;

/** @param {SVGSVGElement} svg @returns {Promise<Blob>} a PNG */
export async function pngOf(svg) {
  const [width, height] = [Number(svg.getAttribute('width')), Number(svg.getAttribute('height'))];
  const scale = Math.min(2, LONGEST / width, LONGEST / height, Math.sqrt(LARGEST / (width * height)));
  const address = URL.createObjectURL(new Blob([svgText(svg)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!(blob instanceof Blob)) throw new Error(`${canvas.width} × ${canvas.height}`);
    return blob;
  } catch (error) {
    throw new LoquatError('map_picture', /** @type {Error} */ (error).message ?? String(error));
  } finally {
    URL.revokeObjectURL(address);
  }
}
