// Writing by templates: the form is made by code, the model fills small places, facts are kept and nothing is made up.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { fillBody, parseBody } from '../../www/agent/writing/body.js';
import { derive } from '../../www/agent/writing/derive.js';
import { tableOf } from '../../www/agent/writing/lines.js';
import { quizOf } from '../../www/agent/writing/quiz.js';
import { scenesOf } from '../../www/agent/writing/scenes.js';
import { factsIn, hasFact, inventedIn, numbersIn } from '../../www/agent/writing/facts.js';
import { checkText, missingFields } from '../../www/agent/writing/form.js';
import {
  checkTemplates,
  readTemplates,
  templateOfPrompt,
  writeTemplates,
} from '../../www/agent/writing/template.js';
import { countWords, keySentences, passagesOf, sentencesOf } from '../../www/agent/writing/words.js';
import { Writing } from '../../www/agent/writing/writing.js';
import { matchCommands } from '../../www/ui/chat/commands.js';
import { wordDiff } from '../../www/ui/writing/compare.js';
import { docxFile } from '../../www/ui/writing/docx-file.js';
import { plainText } from '../../www/ui/writing/plain-text.js';
import { addVersion, showVersion } from '../../www/ui/writing/versions.js';

const folder = new URL('../../www/agent/writing/', import.meta.url);
/** @typedef {import('../../www/agent/writing/template.js').Template} Template */
/** @type {Record<string, Template[]>} */
const TEMPLATES = {};
for (const language of ['en', 'zh', 'ja'])
  TEMPLATES[language] = readTemplates(
    await readFile(new URL(`templates/${language}.json`, folder), 'utf8'),
  ).templates;
const find = (/** @type {string} */ language, /** @type {string} */ id) =>
  /** @type {Template} */ (TEMPLATES[language].find((each) => each.id === id));

const NEWS = {
  what: 'A magnitude 6.8 earthquake shook the coast',
  where: 'Northport',
  when: '4 March 2026, 14:30',
  who: 'the National Seismic Office',
  numbers: 'Depth: 12 km\nHouses damaged: 140',
};

/** Runs it with a model that answers from a list, then with its last word. @param {Writing} writing @param {string[]} replies */
function run(writing, replies) {
  const asked = [];
  let step = writing.next();
  while (step.type === 'ask') {
    asked.push(step);
    step = writing.next(replies[Math.min(asked.length, replies.length) - 1]);
  }
  return asked;
}

test('the templates that come along are whole, by the check and by the schema', async () => {
  const schema = JSON.parse(await readFile(new URL('template.schema.json', folder), 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);
  for (const language of ['en', 'zh', 'ja']) {
    const text = await readFile(new URL(`templates/${language}.json`, folder), 'utf8');
    assert.deepEqual(readTemplates(text).problems, []);
    assert.equal(validate(JSON.parse(text)), true, JSON.stringify(validate.errors?.[0]));
  }
  assert.ok(TEMPLATES.en.length >= 17 && TEMPLATES.zh.length === TEMPLATES.en.length);
  assert.deepEqual(TEMPLATES.zh.map(({ id }) => id).sort(), TEMPLATES.en.map(({ id }) => id).sort());
});

test('every form is kept without any model, and says nothing that was not given', () => {
  for (const [language, templates] of Object.entries(TEMPLATES)) {
    for (const template of templates) {
      const word = language === 'en' ? 'A fine thing happened' : '枇杷树在院子里';
      const sample =
        language === 'en'
          ? 'The tram has 9 stops. It was built in 2020 for 25 towns. Anna Berg opened it.'
          : '电车设9个车站。它于2020年建成，连接25个镇。王敏说很好。';
      const values = Object.fromEntries(
        template.fields.map(({ id, kind, options = [], default: given }) => [
          id,
          given ??
            (kind === 'choice'
              ? options[0]
              : kind === 'number'
                ? '3'
                : kind === 'long'
                  ? sample
                  : kind === 'table'
                    ? `${word}: 12`
                    : word),
        ]),
      );
      if (template.id === 'poem') values.lines = '4';
      if (template.id === 'quiz') values.n = '2';
      const writing = new Writing({ template, values, ability: { parameters: 1 } });
      run(writing, ['not 77 right']);
      assert.ok(writing.done);
      const report = checkText(template, values, writing.text());
      const wrong = report.form.filter(({ ok }) => !ok);
      assert.deepEqual(wrong, [], `${language} ${template.id}: ${JSON.stringify(wrong)}\n${writing.text()}`);
      assert.deepEqual(report.invented, [], `${language} ${template.id}`);
      assert.deepEqual(
        report.facts.filter(({ kept }) => !kept),
        [],
        `${language} ${template.id}`,
      );
      assert.doesNotMatch(writing.text(), /\{\{|undefined|\[object/);
    }
  }
});

test('a slot takes a good reply, asks again for a bad one, and is filled by code after the last', () => {
  const template = find('en', 'news');
  const good = new Writing({ template, values: NEWS });
  run(good, [
    'Strong earthquake shakes the coast near Northport',
    'People along the coast were asked to stay outside for now.',
    'More reports will follow as soon as the office knows more.',
  ]);
  assert.match(good.text(), /^# Strong earthquake shakes the coast near Northport/);
  assert.ok(Object.values(good.state).every(({ by }) => by === 'model'));
  const bad = new Writing({ template, values: NEWS });
  const asked = run(bad, ['Earthquake kills 300 people in Lima today']);
  assert.equal(asked.length, 9, 'three times for each of three slots');
  assert.deepEqual(
    asked.slice(0, 3).map(({ temperature }) => temperature),
    [0, 0.5, 0.9],
  );
  assert.ok(Object.values(bad.state).every(({ by }) => by === 'code'));
  assert.doesNotMatch(bad.text(), /300|Lima/);
});

test('the grammar of a slot lets given numbers and names through, and no others', () => {
  const writing = new Writing({ template: find('en', 'news'), values: NEWS });
  const step = writing.next();
  assert.ok(step.type === 'ask' && step.constraint?.type === 'regex');
  const whole = new RegExp(`^(?:${/** @type {any} */ (step).constraint.regex})$`, 'u');
  assert.match('Strong earthquake of 6.8 shakes Northport', whole);
  assert.match('The National Seismic Office reports an earthquake', whole);
  assert.doesNotMatch('Strong earthquake of 7.1 shakes Northport', whole);
  assert.doesNotMatch('Strong earthquake shakes Lima and others', whole);
  assert.doesNotMatch('One two', whole, 'too short');
  const chinese = new Writing({
    template: find('zh', 'news'),
    values: { what: '东海县发生5.2级地震', where: '东海', when: '3月4日' },
  }).next();
  const han = new RegExp(`^(?:${/** @type {any} */ (chinese).constraint.regex})$`, 'u');
  assert.match('东海县发生5.2级地震', han);
  assert.doesNotMatch('东海县发生六级地震伤了三十人', han);
});

test('a draft stops after its outline, is changed by hand, and goes on from its stored state', () => {
  const template = find('en', 'story');
  const values = {
    hero: 'Mia, a curious girl',
    place: 'a village',
    problem: 'Her boat is gone',
    mood: 'quiet',
    parts: '2',
  };
  const first = new Writing({ template, values, pause: true });
  const title = first.next();
  assert.equal(title.type === 'ask' && title.key, 'title');
  assert.equal(/** @type {any} */ (first.next('The lost boat')).key, 'outline');
  const paused = first.next('Mia looks for her boat\nMia finds the boat again');
  assert.deepEqual(paused, { type: 'pause', key: 'outline' });
  first.edit('outline', 'Mia looks for her boat\nThe fisher brings it back');
  const stored = JSON.parse(JSON.stringify(first.state));
  const second = new Writing({ template, values, state: stored });
  const scene = second.next();
  assert.ok(scene.type === 'ask' && scene.key === 'scene[0]');
  assert.match(scene.messages[scene.messages.length - 1].content, /Mia looks for her boat/);
  const later = second.next(
    'Mia walked along the sand. She looked behind every stone. The sea was calm. Nobody had seen her boat.',
  );
  assert.match(/** @type {any} */ (later).messages.at(-1).content, /The fisher brings it back/);
  assert.equal(second.steps().filter(({ by }) => by).length, 3);
  assert.equal(second.steps().find(({ key }) => key === 'outline')?.by, 'person');
});

test('a translation keeps its glossary and its numbers, passage by passage', () => {
  const values = {
    text: 'The loquat tree is 5 m tall.\n\nIt is old.',
    to: 'Chinese',
    glossary: 'loquat = 枇杷',
  };
  const writing = new Writing({ template: find('en', 'translate'), values });
  const asked = run(writing, ['这棵果树高5米。', '这棵枇杷树高六米。', '这棵枇杷树高5米。', '它很老了。']);
  assert.equal(asked.length, 4);
  assert.equal(writing.text(), '这棵枇杷树高5米。\n\n它很老了。');
});

test('numbers are found in digits, English words and Chinese numerals, with their values', () => {
  const values = (/** @type {string} */ text) => numbersIn(text).map(({ value }) => value);
  assert.deepEqual(values('1,200 people, 3.5% and twenty-five cats'), [1200, 3.5, 25]);
  assert.deepEqual(values('两万五千人、十二个月、一些、万一'), [25000, 12]);
  assert.deepEqual(values('one of the two'), []);
  assert.ok(hasFact('共有2.5万人', { kind: 'number', text: '25000', value: 25000 }));
  assert.equal(hasFact('It has 120 stops', { kind: 'number', text: '12', value: 12 }), false);
});

test('what was not given is found: numbers, names, titles; what opens a sentence is no name', () => {
  const given = 'Anna Berg opened the tram in Lund on 2026-03-13 with 9 stops.';
  const texts = (/** @type {string} */ written) => inventedIn(written, given).map(({ text }) => text);
  assert.deepEqual(texts('Trams run in Lund. In March, Anna saw nine stops.'), []);
  assert.deepEqual(texts('The mayor Peter Holm saw 40 stops in Malmö.'), ['Peter', 'Holm', '40', 'Malmö']);
  assert.deepEqual(
    inventedIn('李明说《春天》很好，共30人。', '王敏说很好').map(({ text }) => text),
    ['李明', '《春天》', '30'],
  );
  assert.deepEqual(
    factsIn('The National Seismic Office in Lima').map(({ text }) => text),
    ['National Seismic Office', 'Lima'],
  );
});

test('a report ticks off facts and says what the form lacks', () => {
  const template = find('en', 'email');
  const values = {
    to: 'Ms Chen',
    purpose: 'the room',
    points: 'It is taken on 5 May',
    tone: 'formal',
    from: 'Tom Baker',
  };
  const report = checkText(
    template,
    values,
    '**Subject: the room**\n\nDear Ms Chen,\n\nI met Karl on 6 May.\n\nTom Baker',
  );
  assert.deepEqual(
    report.facts.filter(({ kept }) => !kept).map(({ text }) => text),
    ['5'],
  );
  assert.deepEqual(
    report.invented.map(({ text }) => text),
    ['Karl', '6'],
  );
  assert.deepEqual(
    report.form.filter(({ ok }) => !ok).map(({ rule }) => rule),
    ['sections', 'items'],
  );
  assert.deepEqual(missingFields(template, { to: 'x' }), [
    'What it is about',
    'What must be in it',
    'Your name',
  ]);
});

test('a chapter becomes scenes with their speakers, under one name each', () => {
  const chapter =
    'Anna Berg climbed the stairs. The lamp was cold.\n\n“Who let it go out?” she asked.\n\n“Not me,” said Old Tom. “I was on the pier.”\n\n* * *\n\nThe next morning Mr Hale was in the kitchen.\n\n“I want the truth,” said Anna.';
  const { scenes, cast } = scenesOf(chapter, 'en', 'Anna Berg = Anna');
  assert.equal(scenes.length, 2);
  assert.deepEqual(cast.sort(), ['Anna Berg', 'Old Tom']);
  assert.match(scenes[0].script, /\*\*ANNA BERG\*\*\\\nWho let it go out\?/);
  assert.match(scenes[0].script, /\*\*OLD TOM\*\*\\\nNot me\. I was on the pier\./);
  assert.match(scenes[1].first, /^INT\. KITCHEN/);
});

test('a quiz has its right answer among options of one kind', () => {
  const text =
    'The tram has 9 stops and is 5.5 km long. Building it took four years. It opened on 13 December 2020.';
  for (const { question, key, answer, ...options } of quizOf(text, 3)) {
    assert.equal(options[key.toLowerCase()], answer);
    assert.ok(text.includes(question.replace('____', answer)));
    assert.equal(new Set([options.a, options.b, options.c, options.d]).size, 4);
  }
  assert.equal(quizOf(text, 3).length, 3);
  assert.deepEqual(
    derive({ from: 'x', by: 'quiz' }, () => '', 'en'),
    undefined,
  );
});

test('texts are cut into sentences and passages and counted, Chinese too', () => {
  assert.deepEqual(sentencesOf('Mr. Hale paid 3.5 euros. “Why?” he asked. 他说：“好。”然后走了。'), [
    'Mr. Hale paid 3.5 euros.',
    '“Why?”',
    'he asked.',
    '他说：“好。”',
    '然后走了。',
  ]);
  assert.deepEqual(countWords('枇杷 is a fruit'), { words: 3, characters: 2, all: 5 });
  assert.equal(passagesOf('A b c. D e f.\n\nG.', 8).length, 3);
  assert.equal(
    keySentences('A tram opened in Lund. The sky is blue. The tram in Lund is long. The tram is red.', 2)
      .length,
    2,
  );
  assert.equal(tableOf('a | b | c\n1 | 2 | 3'), '| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |');
});

test('a broken template is refused with the place and what belongs there', () => {
  const codes = (/** @type {unknown} */ data) =>
    checkTemplates(data).problems.map(({ path, code }) => `${path} ${code}`);
  const base = {
    id: 'x',
    language: 'en',
    name: 'X',
    fields: [{ id: 'a', label: 'A', kind: 'line' }],
    body: '{{a}}',
    slots: {},
  };
  assert.deepEqual(codes(base), []);
  assert.deepEqual(codes({ ...base, id: 'X y' }), ['/id needs_id']);
  assert.deepEqual(codes({ ...base, body: '{{b}}' }), ['/body unknown_place']);
  assert.deepEqual(codes({ ...base, body: '{{#a}}x' }), ['/body broken_section']);
  assert.deepEqual(codes({ ...base, fields: [{ id: 'a', label: 'A', kind: 'colour' }] }), [
    '/fields/0/kind one_of',
  ]);
  assert.deepEqual(
    codes({ templates: [base, { ...base, slots: { s: { label: 'S', as: 'line', ask: '{{q}}' } } }] }),
    ['/templates/1/slots/s/ask unknown_place'],
  );
  assert.equal(checkTemplates({ templates: [base, 7] }).templates.length, 1, 'the whole ones are kept');
  assert.deepEqual(readTemplates('{').problems[0].code, 'not_json');
  assert.deepEqual(codes({ templates: Array(301).fill(base) }), ['/templates too_many']);
  assert.deepEqual(readTemplates(writeTemplates([/** @type {any} */ (base)])).problems, []);
  assert.throws(() => parseBody('{{/x}}'));
  assert.equal(fillBody('{{#l}}\n- {{.}}\n{{/l}}', { look: () => ['<b>', '2'] }), '- <b>\n- 2\n');
});

test('a prompt with places is a template', () => {
  const made = templateOfPrompt({
    id: 'toast-2',
    language: 'en',
    name: 'Toast',
    prompt: 'Write a toast for {{guest}}.',
  });
  assert.deepEqual(checkTemplates(made).problems, []);
  const step = new Writing({ template: made, values: { guest: 'Ana' } }).next();
  assert.equal(/** @type {any} */ (step).messages.at(-1).content, 'Write a toast for Ana.');
});

test('commands are found by the beginning first, and one with more words gets the rest', () => {
  const of = (/** @type {string} */ id, /** @type {string} */ name, /** @type {string[]} */ words = []) => ({
    id,
    group: 'G',
    name,
    words,
    run() {},
  });
  const commands = [
    of('news', 'News from data'),
    of('press-release', 'Press release', ['news']),
    of('summary', 'Summary'),
  ];
  const ids = (/** @type {string} */ typed) =>
    matchCommands(commands, typed).map(({ command }) => command.id);
  assert.deepEqual(ids(''), ['news', 'press-release', 'summary']);
  assert.deepEqual(ids('news'), ['news', 'press-release']);
  assert.deepEqual(ids('sum'), ['summary']);
  assert.deepEqual(ids('zzz'), []);
  assert.deepEqual(
    matchCommands(commands, 'summary The Text').map(({ rest }) => rest),
    ['The Text'],
  );
});

test('versions: what was undone is gone after the next change, and typing is one version', () => {
  const draft = /** @type {any} */ ({ text: 'a', versions: [{ text: 'a', by: 'written', at: 0 }], at: 0 });
  const typed = addVersion(addVersion(draft, 'ab', 'edited', 1000), 'abc', 'edited', 2000);
  assert.deepEqual(
    typed.versions.map(({ text }) => text),
    ['a', 'abc'],
  );
  const back = showVersion(typed, 0);
  assert.equal(back.text, 'a');
  assert.deepEqual(
    addVersion(back, 'x', 'shorter', 3000).versions.map(({ text }) => text),
    ['a', 'x'],
  );
  assert.equal(showVersion(draft, 7), draft);
});

test('a draft as plain text and as a Word file has its lists, tables and headings', async () => {
  const markdown =
    '# Title\n\n**Bold**\\\nnext\n\n- a\n  - b\n\n1. one\n2. two\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n';
  assert.equal(plainText(markdown), 'Title\n\nBold\nnext\n\n• a\n  • b\n\n1. one\n2. two\n\nx\ty\n1\t2\n');
  const bytes = Buffer.from(await (await docxFile(markdown, 'Title')).arrayBuffer());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  assert.ok(bytes.includes('word/document.xml') && bytes.includes('word/numbering.xml'));
});

test('versions are compared word by word, Chinese by its words', () => {
  const changed = (/** @type {[string, string, string]} */ ...[before, after, language]) =>
    wordDiff(before, after, language)
      .filter(({ added, removed }) => added || removed)
      .map(({ value, added }) => (added ? '+' : '-') + value);
  assert.deepEqual(changed('The old cat', 'The new cat', 'en'), ['-old', '+new']);
  assert.deepEqual(changed('房屋受损140间。', '房屋受损999间。', 'zh'), ['-140', '+999']);
});

test('a long chapter with many quotations is read in no time', () => {
  const chapter = '“a” '.repeat(20_000) + '小明地'.repeat(5_000);
  assert.ok(scenesOf(chapter, 'zh').scenes.length === 1);
  assert.ok(factsIn('7 '.repeat(20_000)).length === 1);
});

test('in 240 texts the form holds and the facts stand, even where nothing that a model says is right', async () => {
  let texts = 0;
  for (const language of ['en', 'zh']) {
    const cases = new URL(`../quality/templates.${language}.jsonl`, import.meta.url);
    for (const line of (await readFile(cases, 'utf8')).trim().split('\n')) {
      const { id, template: name, values } = JSON.parse(line);
      const template = find(language, name);
      const writing = new Writing({ template, values });
      run(writing, ['In 1987, 999 people saw Karl Unseen']);
      const { form, facts, invented } = checkText(template, values, writing.text());
      assert.deepEqual(
        form.filter(({ ok }) => !ok),
        [],
        id,
      );
      assert.deepEqual(
        facts.filter(({ kept }) => !kept),
        [],
        id,
      );
      assert.deepEqual(invented, [], id);
      texts += 1;
    }
  }
  assert.equal(texts, 240);
});
