// A chart in a sentence, for those who do not see it and for its caption. Every number is one of its own.

/** @param {import('../../protocol/parts.js').TableChart} chart @param {import('./words.js').TableWords} w @param {string} language @returns {string} */
export function chartSentence({ kind, x, labels, series }, w, language) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 6 });
  const kindName = w(/** @type {import('./words.js').Key} */ (`kind_${kind}`));
  const begin = w('chartIs', {
    kind: kindName,
    y: series.map(([name]) => name).join(', '),
    x,
    n: labels.length,
  });
  const [first] = series;
  if (!first) return begin;
  const [, values] = first;
  let [high, low] = [-1, -1];
  values.forEach((value, i) => {
    if (value === null) return;
    if (high < 0 || value > /** @type {number} */ (values[high])) high = i;
    if (low < 0 || value < /** @type {number} */ (values[low])) low = i;
  });
  if (high < 0 || high === low || kind === 'scatter') return begin;
  const at = (/** @type {number} */ i) => number.format(/** @type {number} */ (values[i]));
  return `${begin} ${w('chartEnds', { highest: labels[high], high: at(high), lowest: labels[low], low: at(low) })}`;
}
