// A chart as Chart.js wants it: kinds, colours, axes. Pure, but for the colours that the page has.

/** @typedef {import('../../protocol/parts.js').TableChart} TableChart */

/** Told apart by most people with a colour-vision deficiency, on light and dark alike (after Okabe and Ito, 2008). */
const SERIES = ['#d98200', '#2f8fc9', '#1f9e77', '#c65c8f', '#8a6fd1', '#b5a300', '#d1543f', '#6f7f8c'];
const MOST_SLICES = 12;
const SHOW_POINTS = 60;

/** The text's and lines' colours first. @param {Element} element @returns {string[]} */
export function chartColours(element) {
  const style = getComputedStyle(element);
  const of = (/** @type {string} */ name, /** @type {string} */ other) =>
    style.getPropertyValue(name).trim() || other;
  return [of('--text', '#2b2620'), of('--line', '#e8decb'), ...SERIES];
}

/** A pie of many slices tells nothing: the largest, and the rest as one. @param {TableChart} chart @returns {{labels: string[], values: number[]}} */
export function slices({ labels, series }) {
  const values = (series[0]?.[1] ?? []).map((value) => Math.max(0, value ?? 0));
  if (values.length <= MOST_SLICES) return { labels: [...labels], values };
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const kept = order.slice(0, MOST_SLICES - 1);
  const rest = order.slice(MOST_SLICES - 1).reduce((sum, i) => sum + values[i], 0);
  return { labels: [...kept.map((i) => labels[i]), '…'], values: [...kept.map((i) => values[i]), rest] };
}

/**
 * @param {TableChart} chart @param {string[]} colours text, lines, series
 * @param {{still?: boolean, background?: string}} options `still`: for a file
 * @returns {any} Chart.js' own configuration
 */
export function configOf(chart, [text, line, ...series], { still = false, background }) {
  const { kind, labels, x } = chart;
  const pie = kind === 'pie';
  const scatter = kind === 'scatter';
  const colour = (/** @type {number} */ i) => series[i % series.length];
  const cut = pie ? slices(chart) : undefined;
  const datasets = cut
    ? [
        {
          data: cut.values,
          backgroundColor: cut.values.map((_, i) => colour(i)),
          borderColor: background ?? 'transparent',
        },
      ]
    : chart.series.map(([label, values], i) => ({
        label,
        data: scatter ? values.map((y, at) => ({ x: Number(labels[at]), y })) : values,
        backgroundColor: kind === 'area' ? `${colour(i)}55` : colour(i),
        borderColor: colour(i),
        borderWidth: kind === 'bar' ? 0 : 2,
        fill: kind === 'area' ? 'origin' : false,
        pointRadius: scatter ? 3 : labels.length > SHOW_POINTS ? 0 : 3,
        tension: 0,
      }));
  const axis = (/** @type {string} */ title) => ({
    title: { display: title !== '', text: title, color: text },
    ticks: { color: text },
    grid: { color: line },
    border: { color: line },
  });
  const y = chart.series.length === 1 ? (chart.series[0]?.[0] ?? '') : '';
  const paint = background && {
    id: 'background',
    beforeDraw: (/** @type {any} */ { ctx, width, height }) => {
      ctx.save();
      ctx.fillStyle = background;
      ctx.fillRect(0, 0, width, height);
      ctx.restore();
    },
  };
  return {
    type: kind === 'area' ? 'line' : kind,
    data: { labels: cut ? cut.labels : labels, datasets },
    options: {
      animation: false,
      responsive: !still,
      maintainAspectRatio: false,
      ...(still ? { devicePixelRatio: 1, events: [] } : {}),
      plugins: {
        legend: { display: pie || chart.series.length > 1, position: 'bottom', labels: { color: text } },
        tooltip: { enabled: !still },
      },
      ...(pie
        ? {}
        : {
            scales: {
              x: { ...axis(x), ...(scatter ? { type: 'linear' } : {}) },
              y: { ...axis(y), beginAtZero: kind === 'bar' || kind === 'area' },
            },
          }),
    },
    ...(paint ? { plugins: [paint] } : {}),
  };
}
