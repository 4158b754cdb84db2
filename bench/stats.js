// Medians, spreads and paired ratios of samples. Knows no engine.

/** @typedef {{median: number, min: number, max: number, n: number}} Spread */

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {(number | undefined)[]} values @returns {Spread | undefined} */
export function spread(values) {
  const there = values.filter((value) => value !== undefined);
  if (there.length === 0) return undefined;
  return { median: median(there), min: Math.min(...there), max: Math.max(...there), n: there.length };
}

/**
 * The spread of a/b over rounds in which both were measured: what slows the machine down slows both.
 * @param {(number | undefined)[]} a @param {(number | undefined)[]} b
 */
export function ratio(a, b) {
  return spread(
    a.map((value, round) => {
      const other = b[round];
      return value === undefined || other === undefined ? undefined : value / other;
    }),
  );
}

/** Three significant digits, whole from 100 on. @param {number} value */
export function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** @param {Spread | undefined} s */
export function show(s) {
  if (!s) return '–';
  return s.n === 1 ? digits(s.median) : `${digits(s.median)} (${digits(s.min)}–${digits(s.max)})`;
}
