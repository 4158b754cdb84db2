// Draws a code block that is a Mermaid flowchart or mind map, above its text; leaves every other as it is.
import { h } from '../lib/dom.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { mapWords } from '../maps/words.js';
import { parseFlowchart, parseMindmap } from './flowchart.js';

const PAUSE = 400; // ms without a new word
const LONGEST_NAME = 300; // characters

/** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
const waiting = new WeakMap();

/** What a diagram says, for those who do not see it. @param {import('./flowchart.js').Flowchart} chart */
function inWords({ nodes, edges }) {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  if (edges.length === 0) return nodes.map(({ label }) => label).join(', ');
  return edges
    .map(({ from, to, label }) => `${labels.get(from)} → ${labels.get(to)}${label ? ` (${label})` : ''}`)
    .join('; ');
}

/** @param {string} text @returns {Promise<{svg: SVGSVGElement, name: string} | undefined>} */
async function drawn(text) {
  const chart = parseFlowchart(text);
  if (chart) {
    const { drawFlowchart } = await import('./draw.js');
    return { svg: drawFlowchart(chart), name: inWords(chart) };
  }
  const root = parseMindmap(text);
  if (!root) return undefined;
  const { staticMap } = await import('../maps/picture.js');
  return { svg: staticMap({ type: 'map', root }), name: root.label };
}

/** @param {HTMLElement} figure of the code block @param {string} text @param {string} language of the page */
async function draw(figure, text, language) {
  const [made, t] = await Promise.all([drawn(text), mapWords(language)]);
  const before = figure.querySelector('.diagram');
  if (!made) return before?.remove();
  await adoptSheet(figure, new URL('../maps/maps.css', import.meta.url).href);
  const name = `${t('diagram')}: ${made.name.slice(0, LONGEST_NAME)}`;
  const picture = h('div', {
    class: 'diagram map-frame',
    tabindex: 0,
    role: 'region',
    'aria-label': name,
  });
  made.svg.setAttribute('role', 'img');
  made.svg.setAttribute('aria-label', name);
  picture.append(made.svg);
  if (before) return before.replaceWith(picture);
  figure.querySelector('figcaption')?.after(picture);
}

/** A moment after the last word of it has come. @param {HTMLElement} figure @param {string} text @param {string} language */
export function drawSoon(figure, text, language) {
  clearTimeout(waiting.get(figure));
  const run = () =>
    draw(figure, text, language).catch((error) => console.warn('The diagram stays text:', error));
  waiting.set(
    figure,
    setTimeout(() => void run(), PAUSE),
  );
}
