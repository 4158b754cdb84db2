// What leaves: the page's list of hosts as the worker keeps it, and a count that does not say "none" where nobody counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../../www/app/observable.js';
import { createRequests } from '../../www/app/requests.js';
import { allows, connectSources } from '../../www/protocol/connect-list.js';
import { EngineHost } from '../../www/worker/host.js';

const SELF = 'https://chat.example.org';

test('a policy lists addresses by the rules of the standard', () => {
  const policy =
    "default-src 'none'; connect-src 'self' https://huggingface.co https://*.hf.co; img-src data:";
  const sources = connectSources(policy) ?? [];
  assert.deepEqual(sources, ["'self'", 'https://huggingface.co', 'https://*.hf.co']);
  assert.deepEqual(connectSources("default-src 'self'"), ["'self'"]);
  assert.equal(connectSources("img-src 'self'"), undefined);
  const may = (/** @type {string} */ url, list = sources) => allows(list, url, SELF);
  for (const url of [`${SELF}/models/x.gguf`, 'https://huggingface.co/a/b', 'https://cdn-lfs.hf.co/x?y'])
    assert.equal(may(url), true, url);
  for (const url of [
    'https://evil.example/',
    'https://hf.co/',
    'https://evilhf.co/',
    'http://huggingface.co/',
    'https://huggingface.co:8443/',
    'https://huggingface.co.evil.example/',
    'data:,x',
    'blob:https://chat.example.org/1',
    'http://chat.example.org/',
  ])
    assert.equal(may(url), false, url);
  assert.equal(may('https://x.org/', ['https:']), true);
  assert.equal(may('http://x.org/', ['https:']), false);
  assert.equal(may('https://x.org/', ["'none'"]), false);
  assert.equal(may('http://127.0.0.1:9/v1', ['http://127.0.0.1:9']), true);
  assert.equal(may('http://127.0.0.1:8/v1', ['http://127.0.0.1:9']), false);
  assert.equal(may('https://x.org/a/b', ['https://x.org/a/']), true);
  assert.equal(may('https://x.org/b', ['https://x.org/a/']), false);
  // An app has an origin with a scheme of its own.
  assert.equal(allows(["'self'"], 'app://chat/models/x.gguf', 'app://chat'), true);
  for (const url of ['app://other/x', 'https://chat/x', 'data:,x', 'file:///x'])
    assert.equal(allows(["'self'"], url, 'app://chat'), false, url);
});

/** @param {{network: () => Promise<any>} | undefined} client @param {'ready' | 'loading'} [status] */
function counting(client, status = 'ready') {
  const store = createStore(/** @type {any} */ ({ model: { status: 'none' }, generation: null }));
  const requests = createRequests(store, 'https://chat.example.org/', () => client, 50);
  store.set({ model: { status } });
  return requests;
}

test('“could not be counted” is not “none”', async () => {
  const report = { requests: [], counted: true, policy: 'browser' };
  assert.deepEqual(await counting({ network: async () => report }).since(), {
    addresses: [],
    policy: 'browser',
  });
  const uncounted = { code: 'requests_uncounted' };
  const refuse = async () => Promise.reject(new Error('worker gone'));
  await assert.rejects(counting({ network: async () => ({ ...report, counted: false }) }).since(), uncounted);
  await assert.rejects(counting({ network: refuse }).since(), /worker gone/);
  await assert.rejects(counting({ network: () => new Promise(() => {}) }).since(), uncounted);
  await assert.rejects(counting(undefined).since(), uncounted);
  await assert.rejects(counting({ network: async () => report }, 'loading').since(), uncounted);
});

test('a browser without resource timing counts nothing, and says so', async () => {
  const { PerformanceObserver } = globalThis;
  Object.assign(globalThis, { PerformanceObserver: undefined });
  try {
    const report = { requests: [], counted: true, policy: 'browser' };
    await assert.rejects(counting({ network: async () => report }).since(), { code: 'requests_uncounted' });
  } finally {
    Object.assign(globalThis, { PerformanceObserver });
  }
});

test('the worker tells what it asked for while it loads and answers', async () => {
  /** @type {any[]} */
  const posted = [];
  /** @type {import('../../www/protocol/messages.js').NetworkReport} */
  const report = { requests: [{ at: 1, url: 'https://x/' }], counted: true, policy: 'self' };
  const host = new EngineHost({
    post: (message) => posted.push(message),
    load: () => new Promise(() => {}), // for as long as it takes
    network: async () => report,
  });
  host.receive({ type: 'load', id: 1, source: { url: 'x' }, options: {}, pkg: '' });
  host.receive({ type: 'network', id: 2 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(posted, [{ type: 'result', id: 2, value: report }]);
});
