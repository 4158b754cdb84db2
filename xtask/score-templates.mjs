// Scores what `loquat quality --kind template` wrote: node xtask/score-templates.mjs CASES.jsonl PREDICTIONS.jsonl
// Form by each template's rules, facts and inventions by www/agent/writing/facts.js, as the draft shows them.
import { readFile } from 'node:fs/promises';
import { checkText } from '../www/agent/writing/form.js';
import { readTemplates } from '../www/agent/writing/template.js';

const [casesFile, predictionsFile] = process.argv.slice(2);
if (!predictionsFile) {
  console.error('node xtask/score-templates.mjs CASES.jsonl PREDICTIONS.jsonl');
  process.exit(2);
}
/** @param {string} file @returns {Promise<any[]>} */
const lines = async (file) =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const cases = new Map((await lines(casesFile)).map((each) => [each.id, each]));
/** @type {Record<string, import('../www/agent/writing/template.js').Template[]>} */
const templates = {};
/** @type {Map<string, {n: number, form: number, facts: number, kept: number, clean: number, places: number, model: number}>} */
const sums = new Map();
let texts = 0;
let whole = 0; // keep their form, hold all that was given, and no fact beside it
for (const { id, output, places } of await lines(predictionsFile)) {
  const given = cases.get(id);
  if (!given) throw new Error(`${predictionsFile}: ${id} is no case of ${casesFile}`);
  const { language, template: name, values } = given;
  const file = new URL(`../www/agent/writing/templates/${language}.json`, import.meta.url);
  templates[language] ??= readTemplates(await readFile(file, 'utf8')).templates;
  const template = templates[language].find((each) => each.id === name);
  if (!template) throw new Error(`${id}: no template ${name}`);
  const { form, facts, invented } = checkText(template, values, output);
  const wrong = [
    ...form.filter(({ ok }) => !ok).map(({ rule, found, wanted }) => `form ${rule} ${found} not ${wanted}`),
    ...facts.filter(({ kept }) => !kept).map(({ text }) => `lacks ${text}`),
    ...invented.map(({ text }) => `invented ${text}`),
  ];
  texts += 1;
  if (wrong.length > 0) console.error(`${id}: ${wrong.join('; ')}`);
  else whole += 1;
  for (const key of [name, 'all']) {
    const sum = sums.get(key) ?? { n: 0, form: 0, facts: 0, kept: 0, clean: 0, places: 0, model: 0 };
    sum.n += 1;
    sum.form += Number(form.every(({ ok }) => ok));
    sum.facts += facts.length;
    sum.kept += facts.filter(({ kept }) => kept).length;
    sum.clean += Number(invented.length === 0);
    sum.places += places?.length ?? 0;
    sum.model += places?.filter((/** @type {{by: string}} */ { by }) => by === 'model').length ?? 0;
    sums.set(key, sum);
  }
}
const share = (/** @type {number} */ part, /** @type {number} */ whole) =>
  whole > 0 ? `${((100 * part) / whole).toFixed(1)}%` : '–';
console.log('| template | texts | form kept | facts kept | nothing invented | places by the model |');
console.log('| --- | --: | --: | --: | --: | --: |');
for (const [name, { n, form, facts, kept, clean, places, model }] of sums)
  console.log(
    `| ${name} | ${n} | ${share(form, n)} | ${share(kept, facts)} | ${share(clean, n)} | ${share(model, places)} |`,
  );
console.log(`whole ${whole}/${texts} = ${texts ? (whole / texts).toFixed(3) : '–'}`);
