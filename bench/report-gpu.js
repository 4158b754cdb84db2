// The tables of `cargo xtask bench --gpu`: one for each browser, with what a token costs. Measures nothing.
import { METRICS } from './session.js';
import { digits, ratio, show, spread } from './stats.js';
import { compared, series, table } from './table.js';

/** @typedef {import('./report.js').Results} Results */
/** @typedef {import('./report.js').Turn} Turn */
/** @typedef {import('./session.js').MetricName} MetricName */

/** Issue 5's floors for Loquat, as multiples of a peer's speed. @type {Record<string, Partial<Record<MetricName, number>>>} */
const AIMS = {
  transformers: { decode: 5, prefill_64: 3 },
  wllama: { decode: 3, prefill_64: 3 },
};
/** @type {Record<string, string>} */
const TITLES = { transformers: 'transformers.js', wllama: 'wllama' };
const ENCODE_MS = 1; // a token, on the side that records

/** What its tokens cost the GPU. @param {Turn[]} turns Loquat's in one place @returns {string[]} */
function costLines(turns) {
  const turn = turns.find((t) => t.own);
  const costs = /** @type {Record<string, Record<string, number>> | undefined} */ (turn?.own);
  if (!turn || !costs?.decode?.gpu_steps) return [];
  const { 'warm up': short, decode: long } = costs;
  // From two answers of different lengths: what their tokens differ by, the prompt's pass left out.
  const perToken = (/** @type {'gpu_dispatches' | 'gpu_submits'} */ what) =>
    digits((long[what] - short[what]) / (long.gpu_steps - short.gpu_steps));
  const encode = long.gpu_encode_ms;
  return [
    `- ${perToken('gpu_dispatches')} dispatches a token (${turn.info?.n_layers} layers), ` +
      `${perToken('gpu_submits')} submissions, ${(long.gpu_token_bytes / 1e6).toFixed(1)} MB of weights`,
    `- ${encode >= ENCODE_MS ? '✗ ' : ''}recording a token takes the worker ${encode.toFixed(2)} ms; aim < ${ENCODE_MS}; ` +
      `${long.gpu_depth} tokens under way`,
  ];
}

/** @param {Turn[]} turns of one place @param {string} place */
function section(turns, place) {
  const peers = Object.keys(AIMS).filter((name) => turns.some(({ engine }) => engine === name));
  const rows = [
    [place, 'Loquat', ...peers.flatMap((peer) => [TITLES[peer], `to ${TITLES[peer]}`])],
    ...Object.entries(METRICS).map(([name, { title, unit, better }]) => {
      const metric = /** @type {MetricName} */ (name);
      const loquat = series(turns, 'loquat', 1, metric);
      const beside = peers.map((peer) => {
        const other = series(turns, peer, 1, metric);
        return [show(spread(other)), compared(ratio(loquat, other), AIMS[peer][metric], better)];
      });
      return [`${title}, ${unit}`, show(spread(loquat)), ...beside.flat()];
    }),
  ];
  const measured = rows.filter((row, i) => i === 0 || row.slice(1).some((cell) => cell !== '–'));
  return [table(measured), '', ...costLines(turns.filter(({ engine }) => engine === 'loquat')), ''];
}

/** @param {Results} results @returns {string[]} */
export function gpuSections({ turns }) {
  const places = [...new Set(turns.map(({ place }) => place ?? ''))];
  return places.flatMap((place) =>
    section(
      turns.filter((turn) => (turn.place ?? '') === place),
      place,
    ),
  );
}
