// A chart of a plan's result by Chart.js, with a sentence and a table of the same, saved as PNG or SVG. Loaded with the first.
import {
  ArcElement,
  BarController,
  BarElement,
  BasicPlatform,
  CategoryScale,
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PieController,
  PointElement,
  ScatterController,
  Tooltip,
} from 'chart.js';
import { h } from '../lib/dom.js';
import { saveBytes } from '../lib/download.js';
import { chartColours, configOf } from './chart-config.js';
import { chartSentence } from './chart-words.js';

Chart.register(
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PieController,
  PointElement,
  ScatterController,
  Tooltip,
);

/** @typedef {import('../../protocol/parts.js').TableChart} TableChart */

const SHOWN = 200; // rows of the table beside a chart
const SIZE = { width: 960, height: 540 }; // pixels of what is saved

/** @param {BlobPart} data @param {string} name @param {string} type */
const save = (data, name, type) => saveBytes(name, type, data);

/** @param {TableChart} chart @param {string[]} colours @param {string} background */
async function toPng(chart, colours, background) {
  const canvas = h('canvas', { width: SIZE.width, height: SIZE.height });
  const still = new Chart(canvas, configOf(chart, colours, { still: true, background }));
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  still.destroy();
  return /** @type {Blob} */ (blob);
}

/** Draws into elements of SVG instead of pixels. @param {TableChart} chart @param {string[]} colours @param {string} background */
async function toSvg(chart, colours, background) {
  const { svgContext } = await import('./svg-context.js');
  const context = svgContext(SIZE);
  const canvas = { ...SIZE, style: {}, getContext: () => context };
  context.canvas = canvas;
  const config = configOf(chart, colours, { still: true, background });
  const still = new Chart(/** @type {any} */ (canvas), { ...config, platform: BasicPlatform });
  const text = context.getSerializedSvg();
  still.destroy();
  return text;
}

/** @param {TableChart} chart @param {import('./words.js').TableWords} w @param {import('../lib/i18n.js').I18n} i18n */
function asTable({ x, labels, series }, w, { language }) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 6 });
  const head = h(
    'tr',
    null,
    ...[x, ...series.map(([name]) => name)].map((name) => h('th', { scope: 'col' }, name)),
  );
  const rows = labels.slice(0, SHOWN).map((label, i) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row', dir: 'auto' }, label),
      ...series.map(([, values]) => {
        const value = values[i];
        return h('td', null, value === null || value === undefined ? '' : number.format(value));
      }),
    ),
  );
  return h(
    'details',
    null,
    h('summary', null, w('chartTable')),
    h(
      'div',
      { class: 'table', tabindex: 0, role: 'region', 'aria-label': w('chartTable') },
      h('table', null, h('thead', null, head), h('tbody', null, ...rows)),
    ),
  );
}

/**
 * @param {TableChart} chart
 * @param {{w: import('./words.js').TableWords, i18n: import('../lib/i18n.js').I18n, report: (error: unknown) => void}} options
 */
export function createChart(chart, { w, i18n, report }) {
  const sentence = chartSentence(chart, w, i18n.language);
  const canvas = h('canvas', { role: 'img', 'aria-label': sentence });
  const frame = h('div', { class: 'chart-frame' }, canvas);
  const name = `${chart.series.map(([each]) => each).join(', ')} – ${chart.x}`.replace(/[\\/:*?"<>|]/g, ' ');
  const button = (/** @type {string} */ label, /** @type {() => Promise<void>} */ run) =>
    h('button', { type: 'button', class: 'quiet', onclick: () => void run().catch(report) }, label);
  /** @returns {string} */
  const background = () => getComputedStyle(root).getPropertyValue('--raised').trim() || '#ffffff';
  /** @type {HTMLElement} */
  const root = h(
    'figure',
    { class: 'chart' },
    frame,
    h('figcaption', { dir: 'auto' }, sentence),
    h(
      'div',
      { class: 'row' },
      button(w('savePng'), async () =>
        save(await toPng(chart, chartColours(root), background()), `${name}.png`, 'image/png'),
      ),
      button(w('saveSvg'), async () =>
        save(await toSvg(chart, chartColours(root), background()), `${name}.svg`, 'image/svg+xml'),
      ),
    ),
    asTable(chart, w, i18n),
  );
  /** @type {Chart | undefined} */
  let drawn;
  const draw = () => {
    drawn?.destroy();
    if (root.isConnected) drawn = new Chart(canvas, configOf(chart, chartColours(root), {}));
  };
  // Colours follow the page's.
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', draw);
  const theme = new MutationObserver(draw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  requestAnimationFrame(draw);
  return {
    root,
    leave() {
      dark.removeEventListener('change', draw);
      theme.disconnect();
      drawn?.destroy();
    },
  };
}
