// Filling in the middle: requests of the package and of llama.cpp's server, and their answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infill, serverInfill } from '../../www/api/infill.js';
import { ApiError } from '../../www/api/openai/api-error.js';
import { LoquatError } from '../../www/protocol/messages.js';
import { scripted } from './openai-client.js';

test('a gap is filled with the likeliest text, within some lines', async () => {
  const client = scripted(['return ', 'x']);
  const request = {
    prefix: 'def f(x):\n    ',
    suffix: '\n',
    path: 'a.py',
    files: [{ path: 'b.py', text: 'y = 1' }],
  };
  const filled = await infill(client.generate, request);
  assert.deepEqual(
    [filled.text, filled.stop_reason, filled.usage.completion_tokens],
    ['return x', 'stop', 2],
  );
  assert.deepEqual(client.requests, [{ max_tokens: 128, temperature: 0, infill: request }]);
  await infill(client.generate, { prefix: 'a', max_tokens: 9, temperature: 0.5, stop: '\n', seed: 1 });
  assert.deepEqual(client.requests[1], {
    max_tokens: 9,
    temperature: 0.5,
    stop: ['\n'],
    seed: 1,
    infill: { prefix: 'a', suffix: '' },
  });
});

test('what is no text or no file is refused by its name, and what a model lacks is the caller’s to know', async () => {
  const client = scripted(['x']);
  const refused = (/** @type {any} */ request, /** @type {string} */ param) =>
    assert.rejects(
      infill(client.generate, request),
      (error) => error instanceof ApiError && error.param === param,
    );
  await refused({ prefix: 1 }, 'prefix');
  await refused({ files: ['a.py'] }, 'files');
  await refused({ prefix: 'a', temperature: -1 }, 'temperature');
  await refused({ prefix: 'a', max_tokens: 0 }, 'max_tokens');
  assert.equal(client.requests.length, 0);
  const lacks = scripted([], { fail: new LoquatError('no_infill', 'no tokens', 'Choose a coder model.') });
  await assert.rejects(
    infill(lacks.generate, { prefix: 'a' }),
    (error) => error instanceof ApiError && error.status === 400 && error.code === 'no_infill',
  );
});

test('a request of llama.cpp’s server is answered in its fields', async () => {
  const client = scripted(['b', 'c'], { reason: 'length' });
  const body = {
    input_prefix: 'a',
    input_suffix: 'd',
    input_extra: [{ filename: 'x.py', text: 'x' }, { text: 'y' }],
    prompt: 'a',
    n_predict: 2,
    repeat_penalty: 1.1,
    seed: -1,
  };
  const answer = await serverInfill(client.generate, 'tiny', body);
  assert.deepEqual(answer, {
    content: 'bc',
    stop: true,
    stop_type: 'limit',
    model: 'tiny',
    tokens_predicted: 2,
    tokens_evaluated: 7,
    tokens_cached: 3,
    timings: { prompt_n: 4, prompt_ms: 2, predicted_n: 2, predicted_ms: 10, cached_n: 3 },
  });
  assert.deepEqual(client.requests[0], {
    temperature: 0.8,
    repetition_penalty: 1.1,
    max_tokens: 2,
    infill: {
      prefix: 'aa',
      suffix: 'd',
      files: [
        { path: 'x.py', text: 'x' },
        { path: 'file', text: 'y' },
      ],
    },
  });
  const stream = await serverInfill(client.generate, 'tiny', { ...body, n_predict: -1, stream: true });
  const pieces = [];
  for await (const piece of /** @type {AsyncIterable<any>} */ (stream))
    pieces.push([piece.content, piece.stop]);
  assert.deepEqual(pieces, [
    ['b', false],
    ['c', false],
    ['', true],
  ]);
  assert.equal('max_tokens' in client.requests[1], false);
});

test('who aborts gets the reason that was given', async () => {
  const abort = new AbortController();
  const client = scripted(['a', 'b', 'c']);
  const waiting = infill(client.generate, { prefix: 'a' }, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
});
