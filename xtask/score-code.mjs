// Scores `loquat quality --kind code`: node xtask/score-code.mjs CASES.jsonl PREDICTIONS.jsonl
import { readFile } from 'node:fs/promises';

const [cases, predictions] = process.argv.slice(2);
if (!cases || !predictions) {
  console.error('node xtask/score-code.mjs CASES.jsonl PREDICTIONS.jsonl');
  process.exit(2);
}
/** @param {string} path @returns {Promise<any[]>} */
const lines = async (path) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const given = new Map((await lines(predictions)).map((each) => [each.id, each]));
const all = await lines(cases);
// What has not been answered yet is no wrong answer.
const rows = all
  .filter(({ id }) => given.has(id))
  .map(({ id, language, speech }) => ({ ...given.get(id), language, speech }));
if (rows.length < all.length)
  console.log(`${all.length - rows.length} of ${all.length} cases have no prediction`);

/** @param {any[]} some @param {string} field */
const share = (some, field) => {
  const count = some.filter((row) => row[field]).length;
  return `${count}/${some.length} = ${(count / some.length).toFixed(3)}`;
};
/** @param {string} name @param {any[]} some */
function say(name, some) {
  if (some.length === 0) return;
  console.log(`${name} ${share(some, 'passed')}`);
  if (some.some(({ rounds }) => rounds > 1)) console.log(`  with the first answer ${share(some, 'first')}`);
  if (some.some((row) => 'exact' in row)) console.log(`  letter by letter ${share(some, 'exact')}`);
}
say('passed', rows);
for (const language of ['python', 'javascript'])
  say(
    `in ${language}`,
    rows.filter((row) => row.language === language),
  );
for (const speech of ['en', 'zh'])
  say(
    `asked in ${speech}`,
    rows.filter((row) => row.speech === speech),
  );
