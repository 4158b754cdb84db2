// Scores what `loquat quality --kind code` wrote: node xtask/score-code.mjs PREDICTIONS.jsonl…
import { readFile } from 'node:fs/promises';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('node xtask/score-code.mjs PREDICTIONS.jsonl…');
  process.exit(2);
}
for (const file of files) {
  const rows = (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  /** @param {string} name @param {any[]} some */
  const say = (name, some) => {
    const count = (/** @type {(row: any) => boolean} */ test) => some.filter(test).length;
    const exact = some.some((row) => 'exact' in row) ? `, ${count(({ exact }) => exact)} exact` : '';
    const passed = count(({ passed }) => passed);
    const first = some.some((row) => row.rounds > 1)
      ? `, ${count((row) => row.first)}/${some.length} with the first answer`
      : '';
    console.log(
      `${name}: ${passed}/${some.length} pass (${((100 * passed) / some.length).toFixed(1)}%)${first}${exact}`,
    );
  };
  say(file, rows);
  for (const language of ['python', 'javascript'])
    say(
      `  ${language}`,
      rows.filter((row) => row.language === language),
    );
  for (const speech of ['en', 'zh']) {
    const some = rows.filter(({ id }) => id.includes(`-${speech}-`));
    if (some.length > 0 && !some[0].id.includes('gap')) say(`  prompts in ${speech}`, some);
  }
}
