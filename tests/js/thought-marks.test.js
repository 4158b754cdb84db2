// Thoughts in whichever form a model writes them reach the page as <think>…</think>.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThoughtMarks, withThoughtMarks } from '../../www/agent/thought-marks.js';

/** The text in pieces of one size. @param {string} text @param {number} size */
function read(text, size) {
  const marks = new ThoughtMarks();
  let out = '';
  for (let i = 0; i < text.length; i += size) out += marks.push(text.slice(i, i + size));
  return out + marks.end();
}

test('marks of every family become the page’s, however the text is cut', () => {
  const cases = [
    ['<think>I see.</think>Yes.', '<think>I see.</think>Yes.'],
    ['\n<thinking>I see.</thinking>Yes.', '<think>I see.</think>Yes.'],
    ['[THINK]a < b, [x][/THINK]Yes.', '<think>a < b, [x]</think>Yes.'],
    ['<|START_THINKING|>Hm.<|END_THINKING|>Yes </think>.', '<think>Hm.</think>Yes </think>.'],
    ['What is <think>? A mark.', 'What is <think>? A mark.'],
    ['<th', '<th'],
    ['  Yes.', '  Yes.'],
    ['<think>never ends </thi', '<think>never ends </thi'],
  ];
  for (const [written, shown] of cases)
    for (const size of [1, 2, 5, 100]) assert.equal(read(written, size), shown, `${written} by ${size}`);
});

/** @param {any[]} events @param {boolean} [goesOn] */
async function text(events, goesOn) {
  async function* given() {
    yield* events;
  }
  let out = '';
  for await (const event of withThoughtMarks(given(), goesOn))
    if (event.type === 'token' || event.type === 'done') out += event.text;
  return out;
}

test('a thought that the prompt has opened, or that control tokens mark, is one too', async () => {
  const token = (/** @type {string} */ text, /** @type {string} */ control = '') => ({
    type: 'token',
    text,
    id: 1,
    ...(control ? { control } : {}),
  });
  const done = { type: 'done', text: '' };
  const opened = { type: 'begin', prompt_n: 1, cached_n: 0, thought_end: '[/THINK]' };
  assert.equal(await text([opened, token('Hm.[/THI'), token('NK]Yes.'), done]), '<think>Hm.</think>Yes.');
  assert.equal(await text([opened, token('Hm.[/THINK]Yes.'), done], true), 'Hm.</think>Yes.', 'it goes on');
  const begin = { type: 'begin', prompt_n: 1, cached_n: 0 };
  const control = [begin, token('', '[THINK]'), token('Hm.'), token('', '[/THINK]'), token('Yes.'), done];
  assert.equal(await text(control), '<think>Hm.</think>Yes.');
});
