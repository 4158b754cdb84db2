// Samples to Markdown. Measures nothing.
import { gpuSections } from './report-gpu.js';
import { QUIET } from './machine.js';
import { METRICS } from './session.js';
import { digits, ratio, show, spread } from './stats.js';
import { compared, series, table } from './table.js';

/** @typedef {import('./session.js').MetricName} MetricName */
/** @typedef {import('./session.js').Sample} Sample */

/**
 * @typedef {object} Turn one engine's turn in one round
 * @property {number} round
 * @property {string} [place] the browser, and with --gpu its adapter
 * @property {string} engine
 * @property {number} threads
 * @property {number} busy other programs that kept cores busy; in older files whether there was one
 * @property {Sample} [sample]
 * @property {string} [failed]
 * @property {Record<string, unknown>} [info]
 * @property {Record<string, unknown>} [own]
 * @property {number} [others] cores that other programs used meanwhile, those that keep cores busy not counted
 *
 * @typedef {object} Results
 * @property {Record<string, unknown>} machine
 * @property {string} command
 * @property {import('./machine.js').MachineState} before
 * @property {import('./machine.js').MachineState} after
 * @property {boolean} isolated
 * @property {boolean} [gpu] the engines computed on a GPU
 * @property {number[][]} bandwidth bytes a second: a row of passes for each round
 * @property {Turn[]} turns
 * @property {string[]} notes
 */

/** @param {Results} results */
function mainTable({ turns }) {
  const more = turns.some(({ engine }) => engine === 'transformers'); // on request only
  const rows = [['', 'threads', 'Loquat', 'wllama', 'native llama.cpp', 'to wllama', 'to native']];
  if (more) rows[0].push('transformers.js', 'to transformers.js');
  const threads = [...new Set(turns.map((turn) => turn.threads))].sort();
  for (const [name, metric] of Object.entries(METRICS)) {
    for (const n of threads) {
      const of = (/** @type {string} */ engine) => series(turns, engine, n, /** @type {MetricName} */ (name));
      const [loquat, wllama, native] = [of('loquat'), of('wllama'), of('native')];
      const transformers = of('transformers');
      if (!spread([...loquat, ...wllama, ...native, ...transformers])) continue;
      /** @type {{wllama?: number[], native?: number[]}} */
      const aim = metric.aim;
      rows.push([
        `${metric.title}, ${metric.unit}`,
        String(n),
        show(spread(loquat)),
        show(spread(wllama)),
        name === 'load' ? '–' : show(spread(native)), // it has no browser cache to load from
        compared(ratio(loquat, wllama), aim.wllama?.[n - 1], metric.better),
        name === 'load' ? '–' : compared(ratio(loquat, native), aim.native?.[n - 1], metric.better),
        ...(more
          ? [show(spread(transformers)), compared(ratio(loquat, transformers), undefined, metric.better)]
          : []),
      ]);
    }
  }
  return table(rows);
}

/** @param {Results} results @returns {string[]} */
function threadLines({ turns }) {
  /** @type {string[]} */
  const lines = [];
  for (const metric of /** @type {const} */ (['decode', 'decode_1024', 'prefill_128', 'prefill_512'])) {
    const gain = ratio(series(turns, 'loquat', 2, metric), series(turns, 'loquat', 1, metric));
    if (gain) lines.push(`- two threads to one, ${METRICS[metric].title}: ${compared(gain, 1.6, 'more')}`);
  }
  for (const programs of [...new Set(turns.map(({ busy }) => Number(busy)))].filter((n) => n > 0).sort()) {
    for (const metric of /** @type {const} */ (['decode', 'prefill_128'])) {
      const [one, two] = [1, 2].map((n) => series(turns, 'loquat', n, metric, programs));
      if (!spread(one)) continue;
      const { title, unit } = METRICS[metric];
      lines.push(
        `- beside ${programs} busy program${programs > 1 ? 's' : ''}, ${title}: one thread ${show(spread(one))}, ` +
          `two threads ${show(spread(two))} ${unit}; ` +
          `two to one ${compared(ratio(two, one), programs > 1 ? 0.9 : 1, 'more')}`,
      );
    }
  }
  return lines;
}

/** @param {Results} results @returns {string[]} */
function bandwidthLines({ bandwidth, turns }) {
  const best = bandwidth.map((passes) => Math.max(...passes));
  const read = spread(best);
  if (!read) return [];
  const gb = (/** @type {number} */ bytes) => (bytes / 1e9).toFixed(1);
  const lines = [
    `- wasm reads memory at ${gb(read.median)} GB/s (${gb(read.min)}–${gb(read.max)}) on one thread`,
  ];
  const info = turns.find((turn) => turn.engine === 'loquat' && turn.info)?.info;
  const bytes = Number(info?.weight_bytes);
  for (const n of [1, 2]) {
    const rates = series(turns, 'loquat', n, 'decode');
    const share = ratio(
      rates.map((rate) => rate && rate * bytes),
      best,
    );
    if (!share || !bytes) continue;
    const percent = (/** @type {number} */ x) => `${(x * 100).toFixed(0)}%`;
    lines.push(
      `- ${n === 1 ? 'one thread' : 'two threads'}, decoding: ${gb((spread(rates)?.median ?? 0) * bytes)} GB/s of weights ` +
        `(${(bytes / 1e6).toFixed(1)} MB a token), ${percent(share.median)} of that ` +
        `(${percent(share.min)}–${percent(share.max)})${n === 1 ? '; aim ≥ 40%' : ''}`,
    );
  }
  return lines;
}

/** At most 1.2 × the weights, and the KV cache. @param {Results} results @returns {string[]} */
function memoryLines({ turns }) {
  const info = turns.find((turn) => turn.engine === 'loquat' && turn.info)?.info;
  const [weights, kv, context] = [info?.weight_bytes, info?.kv_bytes_per_token, info?.context_length].map(
    Number,
  );
  const limit = (1.2 * weights + kv * context) / 1e6;
  const peak = spread(turns.filter((turn) => turn.engine === 'loquat').map((turn) => turn.sample?.memory));
  if (!peak || !(limit > 0)) return [];
  return [
    `- ${peak.max > limit ? '✗ ' : ''}peak wasm memory ${digits(peak.max)} MB; aim ≤ ${digits(limit)} MB ` +
      `(1.2 × ${digits(weights / 1e6)} MB of weights, and ${context} positions of KV cache)`,
  ];
}

/** @param {Results} results @returns {string[]} */
const cpuSections = (results) => [
  mainTable(results),
  '',
  ...bandwidthLines(results),
  ...threadLines(results),
  ...memoryLines(results),
];

/** @param {Results} results */
export function markdown(results) {
  const { machine: m, before, after, turns } = results;
  const seen = turns.find((turn) => turn.engine === 'loquat' && turn.info)?.info ?? {};
  const variants = [
    ...new Set(
      turns.filter((t) => t.engine === 'loquat' && t.info).map((t) => `${t.threads}: ${t.info?.variant}`),
    ),
  ];
  const native = turns.find((turn) => turn.engine === 'native' && turn.info)?.info;
  const wllama = turns.find((turn) => turn.engine === 'wllama' && turn.info)?.info;
  const state = (/** @type {import('./machine.js').MachineState} */ s) =>
    `load average ${s.load.toFixed(2)}, other programs on ${s.others.toFixed(2)} cores`;
  const others = spread(turns.map((turn) => turn.others));
  const failed = turns.filter((turn) => turn.failed);
  return [
    `- ${m.date}, \`${results.command}\``,
    `- ${m.cpu}, ${m.cores} cores, ${m.memoryGb} GB, ${m.system}; ${[m.browsers ?? '?'].flat().join(', ')}, Node.js ${m.node}`,
    `- Loquat ${seen.name ?? ''} on ${seen.backend ?? '?'}, kernels by threads: ${variants.join(', ') || '?'}`,
    `- wllama ${m.wllama} (llama.cpp ${wllama?.libllama ?? '?'}${wllama?.compat ? ', compat build' : ''}), node-llama-cpp ${m.nodeLlamaCpp} (llama.cpp ${native?.release ?? '?'}), transformers.js ${m.transformers}`,
    `- the page was ${results.isolated ? '' : 'NOT '}cross-origin isolated`,
    `- before: ${state(before)}; after: ${state(after)}`,
    ...(others ? [`- other programs used, while engines were measured, ${show(others)} cores`] : []),
    ...(others && others.max > QUIET
      ? ['- **WARNING: the machine was not quiet: expect other numbers when it is**']
      : []),
    ...results.notes.map((note) => `- ${note}`),
    '',
    ...(results.gpu ? gpuSections(results) : cpuSections(results)),
    ...failed.map(({ engine, place, threads, round, failed }) => {
      const which = [engine, ...(place ? [place] : []), `${threads} threads`, `round ${round + 1}`];
      return `- FAILED: ${which.join(', ')}: ${failed}`;
    }),
    '',
  ].join('\n');
}
