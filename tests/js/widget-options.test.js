// What a site says about its widget: read, checked, and what is misspelt is told with what was meant.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { problemsOf } from '../../www/widget/option-check.js';
import { nameOf, OPTIONS, optionsFrom } from '../../www/widget/options.js';

/** @param {Record<string, string>} attributes */
const read = (attributes) => ({
  options: optionsFrom(Object.entries(attributes)),
  problems: problemsOf(Object.entries(attributes)),
});

test('options are read from attributes and data-*, with their types', () => {
  const { options, problems } = read({
    'data-title': 'Shop',
    'max-tokens': '200',
    temperature: '0',
    'repetition-penalty': '1.2',
    'quick-replies': 'a|b',
    frame: '',
    history: 'false',
    class: 'x',
    'aria-label': 'x',
    'data-v-1a2b': '',
    async: '',
    src: 'widget.js',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(options, {
    title: 'Shop',
    maxTokens: 200,
    temperature: 0,
    repetitionPenalty: 1.2,
    quickReplies: ['a', 'b'],
    frame: true,
    history: false,
  });
});

test('what is misspelt is told with what was meant, and a bad value by its attribute', () => {
  const told = (/** @type {Record<string, string>} */ attributes) => read(attributes).problems.join();
  assert.match(told({ quickreplies: 'a' }), /“quickreplies” is no option; “quick-replies” is/);
  assert.match(told({ 'data-greting': 'a' }), /“greeting” is/);
  assert.match(told({ 'max-token': '5' }), /“max-tokens” is/);
  assert.match(told({ postion: 'a' }), /“position” is/);
  assert.match(told({ colour: 'red' }), /“colour” is no option$/);
  assert.match(told({ backend: 'webgpu' }), /backend="webgpu" has no meaning/);
  assert.match(told({ theme: 'black' }), /theme="black"/);
  assert.match(told({ 'max-tokens': '-1' }), /max-tokens="-1"/);
  assert.match(told({ temperature: 'hot' }), /temperature="hot"/);
  assert.match(told({ 'model-size': '' }), /model-size/);
  assert.equal(told({ 'data-analytics-id': 'x', id: 'a' }), '', 'others may use data-*, too');
  assert.deepEqual(read({ backend: 'webgpu', temperature: 'hot' }).options, {}, 'and does nothing');
});

test('the types of the element have the attributes that are read, and no others', async () => {
  const types = await readFile(new URL('../../www/widget/types/element.d.ts', import.meta.url), 'utf8');
  const [, body = ''] = /interface LoquatChatAttributes \{([\s\S]*?)\n\}/.exec(types) ?? [];
  const typed = [...body.matchAll(/^ {2}'?([\w-]+)'?\?:/gm)].map(([, name]) => nameOf(name));
  assert.deepEqual(typed.sort(), Object.keys(OPTIONS).sort());
});
