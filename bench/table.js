// Rows, columns and ratios of a Markdown table. Knows which values belong together, not what they are compared with.
import { ratio } from './stats.js';

/** @typedef {import('./report.js').Turn} Turn */
/** @typedef {import('./session.js').MetricName} MetricName */

/** One value a round. @param {Turn[]} turns @param {string} engine @param {number} threads @param {MetricName} metric */
export function series(turns, engine, threads, metric, busy = 0) {
  const rounds = Math.max(0, ...turns.map(({ round }) => round + 1));
  return Array.from({ length: rounds }, (_, round) => {
    const turn = turns.find(
      (t) => t.round === round && t.engine === engine && t.threads === threads && Number(t.busy) === busy,
    );
    return turn?.sample?.[metric];
  });
}

/** @param {string[][]} rows the first is the head */
export function table(rows) {
  const [head, ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `7.4 × (7.1–7.6), aim ≥ 6`. @param {ReturnType<typeof ratio>} found @param {number | undefined} aim @param {'more' | 'less'} better */
export function compared(found, aim, better) {
  if (!found) return '–';
  const range = found.n === 1 ? '' : ` (${found.min.toFixed(2)}–${found.max.toFixed(2)})`;
  const wanted = aim === undefined ? '' : `; aim ${better === 'more' ? '≥' : '≤'} ${aim}`;
  const missed = aim !== undefined && (better === 'more' ? found.median < aim : found.median > aim);
  return `${missed ? '✗ ' : ''}${found.median.toFixed(2)} ×${range}${wanted}`;
}
