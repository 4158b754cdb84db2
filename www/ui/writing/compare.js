// Two versions word by word: what went is struck, what came is underlined. Chinese and Japanese by the browser's own words.
import { diffLines, diffWords, diffWordsWithSpace } from 'diff';
import { isCjk } from '../../agent/writing/words.js';
import { h } from '../lib/dom.js';

const LONGEST = 1500; // ms; then line by line

/** @param {string} before @param {string} after @param {string} language @returns {Array<{value: string, added?: boolean, removed?: boolean}>} */
export function wordDiff(before, after, language) {
  const timeout = LONGEST;
  const words =
    isCjk(before + after) && 'Segmenter' in Intl
      ? diffWords(before, after, {
          intlSegmenter: new Intl.Segmenter(language, { granularity: 'word' }),
          timeout,
        })
      : diffWordsWithSpace(before, after, { timeout });
  return words ?? diffLines(before, after);
}

/** @param {string} before @param {string} after @param {string} language */
export function compareView(before, after, language) {
  const parts = wordDiff(before, after, language).map(({ value, added, removed }) =>
    added ? h('ins', null, value) : removed ? h('del', null, value) : value,
  );
  return h('div', { class: 'comparison', dir: 'auto', tabindex: 0, role: 'region' }, ...parts);
}
