// Which model of the catalog suits this visitor: it fits the device, speaks the language, and answers fast enough.
// Arithmetic on what the browser says; downloads nothing.
import { misfit, needOf } from './fit.js';

/**
 * @typedef {import('./fit.js').CatalogEntry} CatalogEntry
 *
 * @typedef {object} Visit
 * @property {string} language of the page
 * @property {import('./fit.js').Device} device
 * @property {number} [cores]
 * @property {boolean} [metered] the connection is paid by the byte, or saves data
 *
 * @typedef {object} Recommendation
 * @property {CatalogEntry} entry
 * @property {boolean} speaks the visitor's language
 * @property {number} wordsPerSecond estimated: rough, before anything was measured here
 */

const CONTEXT = 4096; // tokens a model should have room for
/** Bytes of weights that one core reads in a second, as measured in browsers; more than four share the same memory. */
const PER_CORE = 5e9;
const MOST_CORES = 4;
const WORDS = 0.75; // of a token
/** Slower than one reads is too slow. */
const SLOWEST = 5; // words a second
/** Who did not ask for a large download gets none. */
const LARGEST_MB = 1200;
const LARGEST_METERED_MB = 500;

/** @param {CatalogEntry} entry @param {number} cores */
export function estimateSpeed({ approx_mb }, cores) {
  const share = Math.min(Math.max(1, cores / 2), MOST_CORES); // half of them are threads of the same core
  return (WORDS * PER_CORE * share) / (approx_mb * 1e6);
}

/**
 * The best of those that suit, and the default if none is better.
 * @param {{models: readonly CatalogEntry[]}} catalog @param {Visit} visit @returns {Recommendation | undefined}
 */
export function recommend({ models }, { language, device, cores = 2, metered = false }) {
  const largest = metered ? LARGEST_METERED_MB : LARGEST_MB;
  const rated = models
    .filter((entry) => entry.recommended !== false && !misfit(needOf(entry, CONTEXT), device))
    .map((entry) => ({
      entry,
      speaks: entry.languages.includes(language),
      wordsPerSecond: estimateSpeed(entry, cores),
    }));
  const good = rated.filter(
    ({ entry, wordsPerSecond }) => !entry.thinks && entry.approx_mb <= largest && wordsPerSecond >= SLOWEST,
  );
  const speaking = good.filter(({ speaks }) => speaks);
  // The language counts for more than speed: better a slow answer than one that nobody can read.
  const slow = rated.filter(({ speaks, entry }) => speaks && !entry.thinks);
  const smallest = slow.sort((a, b) => a.entry.approx_mb - b.entry.approx_mb).slice(0, 1);
  const from = speaking.length > 0 ? speaking : smallest.length > 0 ? smallest : good;
  return from.reduce(
    (best, each) => (best && best.entry.parameters >= each.entry.parameters ? best : each),
    /** @type {Recommendation | undefined} */ (undefined),
  );
}
