// The page's templates for the command line: `loquat quality --kind template` gives a case, then replies of its model, and gets
// the next step, each a line of JSON.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readTemplates } from '../www/agent/writing/template.js';
import { Writing } from '../www/agent/writing/writing.js';

/** @param {string} language */
async function templatesOf(language) {
  const file = new URL(`../www/agent/writing/templates/${language}.json`, import.meta.url);
  return readTemplates(await readFile(file, 'utf8')).templates;
}

/** What one would ask a model without the form: all fields, and what is wanted. @param {Writing['template']} template @param {Record<string, string>} values */
function plainMessages({ name, about = '', role, fields, language }, values) {
  const given = fields.flatMap(({ id, label }) => (values[id] ? [`${label}: ${values[id]}`] : []));
  const ask = language === 'zh' ? `请写：${name}。${about}` : `Write this: ${name}. ${about}`;
  return [
    ...(role ? [{ role: 'system', content: role }] : []),
    { role: 'user', content: `${ask}\n\n${given.join('\n')}` },
  ];
}

/** @type {Writing | undefined} */
let writing;
for await (const line of createInterface({ input: process.stdin })) {
  const { case: given, parameters, reply } = JSON.parse(line);
  if (given) {
    const template = (await templatesOf(given.language)).find(({ id }) => id === given.template);
    if (!template) throw new Error(`case ${given.id}: no template ${given.template} in ${given.language}`);
    writing = new Writing({ template, values: given.values, ability: { parameters } });
    console.log(JSON.stringify(plainMessages(template, given.values)));
    continue;
  }
  if (!writing) throw new Error('no case was given');
  const step = writing.next(reply ?? undefined);
  if (step.type === 'ask') {
    console.log(JSON.stringify(step));
    continue;
  }
  const places = Object.entries(writing.state).map(([key, { by, asked }]) => ({ key, by, asked }));
  const parts = [{ type: 'text', text: writing.text() }];
  console.log(
    JSON.stringify({ type: 'done', parts, answer: JSON.stringify(places), sources: [], refused: false }),
  );
}
