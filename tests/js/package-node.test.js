// The package where there is no page: importing it does no harm, as on a server that renders pages, and loading a model says where it can be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../../www/api/index.js';

test('in Node one sentence says where it runs', async () => {
  await assert.rejects(loadEngine({ model: '/model.gguf' }), (/** @type {any} */ error) => {
    assert.equal(error.code, 'engine_unsupported');
    assert.match(error.message, /runs in web pages, not in Node/);
    assert.match(error.remedy, /loquat-chat\/remote/);
    return true;
  });
});

test('the element can be imported where there is no page', async () => {
  const { LoquatChat } = await import('../../www/widget/element.js');
  assert.equal(typeof LoquatChat, 'function');
});
