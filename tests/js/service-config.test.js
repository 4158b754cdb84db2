// A merchant's configuration: what is wrong is told by its line, what holds depends on page, time and language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { readFile } from 'node:fs/promises';
import { greetingFor, isOn, isOpen, repliesFor, textIn } from '../../www/service/config.js';
import { readConfig } from '../../www/service/config-file.js';
import { findings } from '../../www/service/validate.js';
import { clusters } from '../../www/service/unanswered.js';
import { costOf } from '../../www/service/cost.js';
import { toolFor, toolProblems } from '../../www/service/site-tools.js';

const schema = JSON.parse(
  await readFile(new URL('../../www/service/service.schema.json', import.meta.url), 'utf8'),
);
const sample = await readFile(new URL('../browser/shop/service.json', import.meta.url), 'utf8');

test('what is wrong is told with its line and what is wanted', async () => {
  /** @param {string} source */
  const told = async (source) =>
    (await readConfig(source)).problems.map(({ line, reason }) => `${line}: ${reason}`);
  assert.deepEqual(await told(sample), []);
  assert.match((await told('{\n "version": 1,\n}')).join(), /^3: this is no JSON/);
  assert.deepEqual(await told('{}'), ['1: the configuration: “version” is missing']);
  const [tone, colour] = await told('{\n "version": 1,\n "tone": "rude",\n "colour": "red"\n}');
  assert.equal(tone, '3: /tone: "rude" stands where one of plain, warm, formal is wanted');
  assert.match(colour, /^4: \/colour: there is no “colour” here; there is .*topics/);
  assert.match(
    (await told('{"version":1,\n"handover":{"ways":[{"kind":"phone"}]}}')).join(),
    /2: \/handover\/ways\/0: “to” is missing/,
  );
  assert.match(
    (await told('{"version":1,\n"name":{"en":"A",\n"fr":"B"}}')).join(),
    /3: \/name\/fr: there is no “fr”/,
  );
  assert.match(
    (await told('{"version":1,"feedback":{"action":"javascript:alert(1)"}}')).join(),
    /takes a POST/,
  );
  assert.deepEqual(
    (await readConfig('{"version":2}')).config,
    { version: 1 },
    'a broken one changes nothing',
  );
});

test('our reading of the schema and a full validator’s agree', () => {
  const check = new Ajv.default({ strict: false, allErrors: true }).compile(schema);
  const cases = [
    JSON.parse(sample),
    {},
    { version: 1 },
    { version: 1, retention: 1.5 },
    { version: 1, retention: 9999 },
    { version: 1, opening: [{ after: 1 }] },
    { version: 1, languages: [] },
    { version: 1, languages: ['fr'] },
    { version: 1, name: {} },
    { version: 1, hours: { timeZone: 'UTC', days: { mon: '9-17' } } },
    { version: 1, greeting: [{ text: { zh: '好' }, from: '08:00', to: '12:00' }] },
    [],
    null,
    { version: 1, rating: 'yes' },
    { version: 1, lead: { action: '/x', fields: [{ name: '1', label: 'x' }] } },
  ];
  for (const each of cases)
    assert.equal(findings(each, schema).length === 0, check(each), JSON.stringify(each));
});

test('greetings by page and hour, over midnight; quick replies by page; hours by the shop’s clock', () => {
  /** @type {import('../../www/service/config.js').ServiceConfig} */
  const config = {
    version: 1,
    greeting: [
      { pages: '/returns/*', text: 'Returns?' },
      { from: '22:00', to: '06:00', text: { en: 'Good night', zh: '晚安' } },
      { text: 'Hello' },
    ],
    quickReplies: [{ pages: '/shop/*', texts: ['Sizes?'] }],
    hours: { timeZone: 'Europe/Berlin', days: { mon: '09:00-17:00' } },
  };
  const at = (/** @type {number} */ hour) => new Date(2026, 10, 2, hour, 30);
  assert.equal(greetingFor(config, { path: '/returns/a', language: 'en', now: at(23) }), 'Returns?');
  assert.equal(greetingFor(config, { path: '/', language: 'zh', now: at(23) }), '晚安');
  assert.equal(greetingFor(config, { path: '/', language: 'zh', now: at(5) }), '晚安');
  assert.equal(greetingFor(config, { path: '/', language: 'en', now: at(12) }), 'Hello');
  assert.deepEqual(repliesFor(config, { path: '/shop/x', language: 'en' }), ['Sizes?']);
  assert.equal(repliesFor(config, { path: '/', language: 'en' }), undefined);
  assert.equal(isOn('/a+b/*', '/aab/'), false, 'a path is no pattern but for its stars');
  assert.equal(isOpen(config, new Date('2026-11-02T10:00:00Z')), true);
  assert.equal(isOpen(config, new Date('2026-11-02T16:30:00Z')), false, 'it is half past five in Berlin');
  assert.equal(isOpen(config, new Date('2026-11-03T10:00:00Z')), false);
  assert.equal(textIn({ zh: '好' }, 'en'), '好');
});

test('unanswered questions about the same are put together', () => {
  const found = clusters([
    'Do you sell bicycles?',
    'Is there parking?',
    'Can I buy bicycles?',
    '你们卖自行车吗',
    '有自行车吗',
  ]);
  assert.equal(found.length, 3);
  assert.deepEqual(found[0].questions.length, 2);
});

test('what a conversation took is added up from its answers', () => {
  const stats = { tokens: 60, promptTokens: 140, cachedTokens: 0, tokensPerSecond: 20 };
  const answer = { role: /** @type {const} */ ('assistant'), status: /** @type {const} */ ('done') };
  const cost = costOf([{ ...answer, role: 'user' }, answer, { ...answer, stats }], {
    downloaded: 5,
    pricePerMillion: 10,
  });
  assert.deepEqual(
    [cost.answers, cost.withoutModel, cost.tokens, cost.seconds, cost.downloaded, cost.sent],
    [2, 1, 60, 3, 5, 0],
  );
  assert.equal(cost.elsewhere, 0.002);
  assert.ok(Math.abs(cost.wattHours - 60 / 3600) < 1e-9);
});

test('a tool that is none is told, and does no harm', () => {
  const tool = { name: 'a', label: 'A', words: ['my order'], run: () => '' };
  assert.deepEqual(toolProblems([tool, { name: 'b' }]), [
    'tools[1] needs name, words (a list) and run (a function)',
  ]);
  assert.equal(toolFor([{ name: 'b' }, tool], 'Where is my order?'), tool);
  assert.equal(toolFor([tool], 'Where is my hat?'), undefined);
});
