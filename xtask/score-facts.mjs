// Scores `loquat quality --kind fact`: how many short questions were answered rightly, whether a pair of questions got the
// same answer in both languages, and what the model's own probabilities are worth: of the answers that are called sure, how
// many are wrong. Usage: node xtask/score-facts.mjs CASES.jsonl PREDICTIONS.jsonl
import { readFile } from 'node:fs/promises';
import { confidenceOf, UNSURE_BELOW } from '../www/agent/confidence.js';

/** @param {string} path @returns {Promise<any[]>} */
const lines = async (path) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Whether an answer names what is right. @param {string} output @param {readonly string[]} answers */
function isRight(output, answers) {
  const text = output.normalize('NFKC').toLowerCase();
  return answers.some((answer) => {
    const wanted = answer.normalize('NFKC').toLowerCase();
    if (/[\u3400-\u9fff]/.test(wanted)) return text.includes(wanted);
    const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{Script=Latin}\\p{N}])${escaped}(?![\\p{Script=Latin}\\p{N}])`, 'u').test(
      text,
    );
  });
}

const [cases, predictions] = await Promise.all(process.argv.slice(2, 4).map(lines));
const given = new Map(predictions.map((each) => [each.id, each]));
const answered = cases
  .filter(({ id }) => given.has(id))
  .map((each) => {
    const { output, words = [], refused } = given.get(each.id);
    const right = !refused && isRight(output, each.answers);
    return { ...each, right, sure: words.length > 0 ? confidenceOf(words) : 1 };
  });
const share = (/** @type {number} */ n, /** @type {number} */ of) =>
  `${n}/${of} = ${of ? (n / of).toFixed(3) : '-'}`;
const count = (/** @type {any[]} */ list) => share(list.filter(({ right }) => right).length, list.length);

for (const lang of new Set(answered.map(({ lang }) => lang)))
  console.log(`fact right (${lang}) ${count(answered.filter((each) => each.lang === lang))}`);
/** @type {Map<string, any[]>} */
const byPair = new Map();
for (const each of answered) byPair.set(each.pair, [...(byPair.get(each.pair) ?? []), each]);
const pairs = [...byPair.values()].filter(({ length }) => length === 2);
const same = pairs.filter(([a, b]) => a.right === b.right).length;
console.log(`same in both languages ${share(same, pairs.length)}`);
const sure = answered.filter((each) => each.sure >= UNSURE_BELOW);
const unsure = answered.filter((each) => each.sure < UNSURE_BELOW);
console.log(`called sure, right ${count(sure)}; called unsure, right ${count(unsure)}`);
for (let from = 0; from < 10; from++) {
  const bin = answered.filter((each) => Math.min(9, Math.floor(each.sure * 10)) === from);
  if (bin.length > 0) console.log(`confidence ${from / 10}–${(from + 1) / 10}: right ${count(bin)}`);
}
