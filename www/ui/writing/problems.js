// What is wrong with a file of templates, in words: where it stands, and what belongs there.
import { h } from '../lib/dom.js';

/** @param {Awaited<ReturnType<typeof import('../lib/writing-words.js').writingWords>>} words @param {import('../../agent/writing/template.js').Problem} problem */
export function problemText({ w, has }, { path, code, values }) {
  const key = `problem_${code}`;
  const says = has(key) ? w(key, values) : code;
  return path ? `${path}: ${says}` : says;
}

const MOST = 12;

/** @param {Awaited<ReturnType<typeof import('../lib/writing-words.js').writingWords>>} words @param {readonly import('../../agent/writing/template.js').Problem[]} problems */
export function problemList(words, problems) {
  const shown = problems
    .slice(0, MOST)
    .map((problem) => h('li', { dir: 'auto' }, problemText(words, problem)));
  const more = problems.length - shown.length;
  return h(
    'ul',
    { class: 'problems' },
    ...shown,
    more > 0 ? h('li', null, words.w('problemsMore', { n: more })) : null,
  );
}
