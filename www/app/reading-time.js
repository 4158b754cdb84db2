// How long a text takes to read before its answer begins: by the speed at which the last prompts were read here.

const KEY = 'loquat-reading-speed';
const LEAST = 32; // tokens that must have been read for the speed to mean something
const GUESS = 60; // tokens a second, before any was read here

/** Tokens of a text, roughly: four letters make one, and so does each character of East Asian writing. @param {string} text */
export function roughTokens(text) {
  const wide = text.match(/[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]/g)?.length ?? 0;
  return Math.round(wide + (text.length - wide) / 4);
}

/** @param {Storage | undefined} storage */
export function createReadingTime(storage) {
  /** @type {Record<string, number>} tokens a second, by model and backend */
  let speeds = {};
  try {
    speeds = JSON.parse(storage?.getItem(KEY) ?? '{}');
  } catch {
    // Damaged or forbidden: it is learned again.
  }
  const name = (/** @type {import('./app.js').ModelState} */ { info }) => `${info?.name} ${info?.backend}`;
  return {
    /** @param {import('./app.js').ModelState} model @param {{prompt_n: number, prompt_ms: number, cached_n: number}} timings */
    learn(model, { prompt_n, prompt_ms, cached_n }) {
      const read = prompt_n - cached_n;
      if (read < LEAST || prompt_ms <= 0) return;
      speeds = { ...speeds, [name(model)]: (read * 1000) / prompt_ms };
      try {
        storage?.setItem(KEY, JSON.stringify(speeds));
      } catch {
        // As above.
      }
    },
    /** Seconds. @param {import('./app.js').ModelState} model @param {string} text */
    estimate: (model, text) => roughTokens(text) / (speeds[name(model)] || GUESS),
  };
}
