// An answer that goes round in circles ends; what only looks alike goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatsFrom } from '../../www/agent/repetition.js';

const kept = (/** @type {string} */ text) => {
  const at = repeatsFrom(text);
  return at < 0 ? undefined : text.slice(0, at).trimEnd();
};

test('a sentence that is said three times is said once', () => {
  const line = 'We are open from nine to five on weekdays. ';
  assert.equal(kept(`Welcome to the shop. ${line.repeat(3)}`), `Welcome to the shop. ${line.trim()}`);
  assert.equal(kept(`Welcome. ${line.repeat(2)}`), undefined, 'twice may be meant');
  assert.equal(kept(`${line.repeat(2)}We are open from nine`), undefined, 'not yet');
  assert.equal(
    kept('营业时间是周一到周五的九点到十七点，欢迎光临我们店。'.repeat(3)),
    '营业时间是周一到周五的九点到十七点，欢迎光临我们店。',
  );
});

test('a round of several sentences is noticed, too', () => {
  const round = 'Is it sweet? Yes, it is sweet.\nIs it ripe? ';
  assert.equal(kept(`Let me ask. ${round.repeat(3)}`), `Let me ask. ${round.trim()}`);
  const lines = '- apples and pears and plums\n';
  assert.equal(kept(`Fruit:\n${lines.repeat(3)}`), `Fruit:\n${lines.trim()}`);
});

test('what is short, different or code goes on', () => {
  assert.equal(kept('No. No. No. No. '), undefined);
  assert.equal(
    kept('One sheep jumps over the fence. Two sheep jump over the fence. Three sheep jump over the fence. '),
    undefined,
  );
  assert.equal(kept(`Here:\n\`\`\`js\n${"console.log('hello, world');\n".repeat(6)}`), undefined);
  assert.equal(kept(''), undefined);
});

test('a long answer costs no more than its end', () => {
  const text =
    'Nothing is said twice here, number. '.replace('number', '1') +
    Array.from({ length: 20_000 }, (_, i) => `This is sentence ${i}. `).join('');
  const began = performance.now();
  for (let i = 0; i < 100; i++) repeatsFrom(text);
  assert.ok(performance.now() - began < 1000);
});
