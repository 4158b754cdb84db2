// Several tabs, one engine: tabs are ports in one process, Web Locks a double, the engine a worker that counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedEnginePort } from '../../www/engine/tab-port.js';
import { PROTOCOL, TO_WORKER } from '../../www/protocol/messages.js';
import { joinLeadership } from '../../www/engine/tab-leader.js';

/** As much of Web Locks as is used. @returns {LockManager} */
function fakeLocks() {
  /** @type {Map<string, Array<() => void>>} */
  const queues = new Map();
  const request = async (/** @type {string} */ name, /** @type {any} */ options, /** @type {any} */ body) => {
    const run = body ?? options;
    const { ifAvailable = false, signal } = body ? options : {};
    const queue = queues.get(name);
    if (queue && ifAvailable) return run(null);
    if (queue) {
      await new Promise((resolve, reject) => {
        const go = () => resolve(undefined);
        queue.push(go);
        signal?.addEventListener('abort', () => {
          if (queue.includes(go)) queue.splice(queue.indexOf(go), 1);
          reject(signal.reason);
        });
      });
    } else queues.set(name, []);
    try {
      return await run({ name });
    } finally {
      const next = queues.get(name)?.shift();
      if (next) next();
      else queues.delete(name);
    }
  };
  return /** @type {any} */ ({ request });
}

/** An engine worker: loads anything, generates the words it is told to, one a turn. */
class FakeWorker {
  /** @type {any[]} */
  heard = [];
  /** @type {Set<number>} */
  cancelled = new Set();
  ended = false;
  /** @type {Array<(event: any) => void>} */
  #listeners = [];

  /** @param {string} _type @param {(event: any) => void} listener */
  addEventListener(_type, listener) {
    if (_type === 'message') this.#listeners.push(listener);
  }

  /** @param {any} data */
  post(data) {
    if (!this.ended) for (const l of this.#listeners) l({ data });
  }

  /** @param {any} m */
  async postMessage(m) {
    this.heard.push(m);
    await turn();
    if (m.source?.url === '/slow.gguf') await until(() => this.heard.some(({ type }) => type === 'resume'));
    if (m.type === 'pause' || m.type === 'resume') return;
    if (m.type === 'cancel') return void this.cancelled.add(m.id);
    if (m.type !== 'generate') return this.post({ type: 'result', id: m.id, value: `${m.type}ed` });
    const said = m.request.continue_final ? m.request.messages.at(-1).content : '';
    const words = 'one two three four five six seven eight'.split(' ').slice(said.split(' ').length - 1);
    this.post({ type: 'event', id: m.id, event: { type: 'begin', prompt_n: 10, cached_n: 0 } });
    let n = 0;
    for (const word of words) {
      await turn(20);
      if (this.cancelled.has(m.id) || this.ended) break;
      n++;
      this.post({ type: 'event', id: m.id, event: { type: 'token', text: `${word} `, id: n } });
    }
    const usage = { prompt_tokens: 10, completion_tokens: n, total_tokens: 10 + n, cached_tokens: 0 };
    const done = { type: 'done', reason: 'stop', text: '', usage, timings: {} };
    this.post({ type: 'event', id: m.id, event: done });
    this.post({ type: 'result', id: m.id, value: done });
  }

  terminate() {
    this.ended = true;
  }
}

const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
/** @param {() => unknown} what */
async function until(what) {
  for (let i = 0; i < 300; i++) {
    if (what()) return;
    await turn(10);
  }
  assert.fail(`never happened: ${what}`);
}

let names = 0;
function browser() {
  const locks = fakeLocks();
  const name = `test-engine-${++names}`;
  /** @type {FakeWorker[]} */
  const workers = [];
  /** @type {Array<{port: SharedEnginePort}>} */
  const tabs = [];
  return {
    workers,
    close: () => tabs.forEach(({ port }) => port.terminate()),
    tab(more = {}) {
      /** @type {any[]} */
      const heard = [];
      /** @type {string[]} */
      const roles = [];
      const start = () => {
        const worker = new FakeWorker();
        workers.push(worker);
        return worker;
      };
      const port = new SharedEnginePort({ name, locks, start, onRole: (role) => roles.push(role), ...more });
      port.addEventListener('message', (e) => heard.push(e.data));
      const tab = {
        port,
        heard,
        roles,
        text: () => heard.map((m) => (m.event?.type === 'token' ? m.event.text : '')).join(''),
        ended: (/** @type {number} */ id) => heard.find((m) => m.id === id && m.type !== 'event'),
      };
      tabs.push(tab);
      return tab;
    },
  };
}

const load = { type: 'load', source: { url: '/m.gguf' }, options: {}, pkg: '/pkg/' };
const generate = {
  type: 'generate',
  request: { messages: [{ role: 'user', content: 'count' }], max_tokens: 50 },
};

test('the leader is one, and the next in line takes over', async () => {
  const locks = fakeLocks();
  /** @type {string[]} */
  const log = [];
  const join = (/** @type {string} */ who) =>
    joinLeadership({
      name: 'x',
      locks,
      onLead: () => log.push(`${who} leads`),
      onFollow: () => log.push(`${who} follows`),
    });
  const a = join('a');
  await turn();
  const b = join('b');
  const c = join('c');
  await turn();
  assert.deepEqual(log, ['a leads', 'b follows', 'c follows']);
  b.leave();
  a.leave();
  await turn(5);
  assert.deepEqual(log.slice(3), ['c leads']);
  c.leave();
});

test('two tabs talk to one engine with the same call numbers, and the model is loaded once', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  await until(() => b.roles.includes('follow'));
  b.port.postMessage({ ...load, id: 1 });
  await until(() => b.ended(1));
  a.port.postMessage({ ...generate, id: 2 });
  b.port.postMessage({ ...generate, id: 2 });
  await until(() => a.ended(2) && b.ended(2));
  assert.equal(a.text(), 'one two three four five six seven eight ');
  assert.equal(b.text(), a.text());
  assert.equal(workers.length, 1);
  assert.equal(workers[0].heard.filter((m) => m.type === 'load').length, 1);
  close();
});

test('when the owner closes in the middle of an answer, the answer goes on in the other tab', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  b.port.postMessage({ ...load, id: 1 });
  await until(() => b.ended(1));
  b.port.postMessage({ ...generate, id: 2 });
  await until(() => b.text().includes('three'));
  a.port.terminate();
  await until(() => b.ended(2));
  assert.deepEqual(b.roles, ['follow', 'lead']);
  assert.equal(b.text(), 'one two three four five six seven eight ');
  assert.equal(workers.length, 2);
  assert.deepEqual(
    workers[1].heard.map((m) => m.type),
    ['load', 'generate'],
  );
  assert.ok(workers[1].heard[1].request.max_tokens < 50);
  assert.equal(b.heard.filter((m) => m.event?.type === 'begin').length, 1, 'it begins once');
  assert.equal(b.ended(2).value.usage.completion_tokens, 8);
  close();
});

test('a third tab goes on with the new owner', async () => {
  const { tab, workers, close } = browser();
  const [a, b, c] = [tab(), tab(), tab()];
  for (const t of [a, b, c]) t.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1) && b.ended(1) && c.ended(1));
  c.port.postMessage({ ...generate, id: 7 });
  await until(() => c.text().includes('two'));
  a.port.terminate();
  await until(() => c.ended(7));
  assert.equal(c.text(), 'one two three four five six seven eight ');
  assert.deepEqual(c.roles, ['follow']);
  assert.equal(workers[1].heard.filter((m) => m.type === 'load').length, 1);
  close();
});

test('closing a tab cancels what it had asked for', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  b.port.postMessage({ ...generate, id: 2 });
  await until(() => b.text().includes('two'));
  b.port.terminate();
  await until(() => workers[0].heard.some((m) => m.type === 'cancel'));
  close();
});

test('cancel reaches the engine from a following tab', async () => {
  const { tab, close } = browser();
  const a = tab();
  await until(() => a.roles.length);
  const b = tab();
  b.port.postMessage({ ...generate, id: 4 });
  await until(() => b.text().includes('two'));
  b.port.postMessage({ type: 'cancel', id: 4 });
  await until(() => b.ended(4));
  assert.ok(!b.text().includes('seven'), b.text());
  close();
});

test('a download that several tabs wait for is paused and resumed by any of them', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  await until(() => a.roles.length);
  const b = tab();
  b.port.postMessage({ type: 'reset', id: 5 });
  await until(() => b.ended(5)); // knows its leader
  const slow = { ...load, source: { url: '/slow.gguf' } };
  a.port.postMessage({ ...slow, id: 1 });
  b.port.postMessage({ ...slow, id: 7 });
  b.port.postMessage({ type: 'pause', id: 7 });
  b.port.postMessage({ type: 'resume', id: 7 });
  await until(() => b.ended(7));
  const [worker] = workers;
  const number = worker.heard.find((m) => m.type === 'load').id;
  const commands = worker.heard.filter((m) => m.type === 'pause' || m.type === 'resume');
  assert.deepEqual(
    commands.map(({ type, id }) => [type, id]),
    [
      ['pause', number],
      ['resume', number],
    ],
  );
  close();
});

test('what is noticed about a model when it is loaded already reaches every tab that has it', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  b.port.postMessage({ ...load, id: 9 });
  await until(() => b.ended(9));
  const { id } = workers[0].heard.find((m) => m.type === 'load');
  const notice = { name: 'CacheError', code: 'hash_mismatch', message: 'differs', remedy: '' };
  workers[0].post({ type: 'event', id, event: { type: 'notice', notice } });
  await until(() => a.heard.some((m) => m.event?.type === 'notice' && m.id === 1));
  await until(() => b.heard.some((m) => m.event?.type === 'notice' && m.id === 9));
  close();
});

test('tabs of two versions, whose messages differ, leave each other alone', async () => {
  const { tab, workers, close } = browser();
  const old = tab({ protocol: 1 });
  const fresh = tab({ protocol: 2 });
  const other = tab({ protocol: 2 });
  old.port.postMessage({ ...load, id: 1 });
  fresh.port.postMessage({ ...load, id: 1 });
  other.port.postMessage({ ...load, id: 1 });
  await until(() => old.ended(1) && fresh.ended(1) && other.ended(1));
  assert.deepEqual([old.roles, fresh.roles, other.roles], [['lead'], ['lead'], ['follow']]);
  assert.equal(workers.length, 2, 'one engine for each version');
  old.port.terminate();
  fresh.port.postMessage({ ...generate, id: 2 });
  await until(() => fresh.ended(2));
  assert.equal(workers.length, 2, 'nobody took over what it does not understand');
  close();
});

test('the number of the protocol is raised with its messages', () => {
  const messages = [...TO_WORKER].sort().join(' ');
  const known =
    'cancel detokenize embed generate load network pause plan reset restore resume save stats template tokenize unload';
  assert.deepEqual([PROTOCOL, messages], [6, known], 'raise PROTOCOL when an older tab would misunderstand');
});

test('unloading in one tab leaves the others their engine', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  b.port.postMessage({ ...load, id: 1 });
  await until(() => b.ended(1));
  b.port.postMessage({ type: 'unload', id: 2 });
  await until(() => b.ended(2));
  assert.ok(!workers[0].heard.some((m) => m.type === 'unload'));
  close();
});

test('a chat model and an encoder side by side: both come back after a change of leader', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  a.port.postMessage({ ...load, id: 2, slot: 'embed', source: { url: '/encoder.gguf' } });
  await until(() => a.ended(1) && a.ended(2));
  const b = tab();
  b.port.postMessage({ ...load, id: 1 });
  b.port.postMessage({ ...load, id: 2, slot: 'embed', source: { url: '/encoder.gguf' } });
  await until(() => b.ended(1) && b.ended(2));
  const loads = (/** @type {number} */ n) =>
    workers[n].heard.filter((m) => m.type === 'load').map((m) => [m.slot ?? 'main', m.source.url]);
  assert.equal(loads(0).length, 2, 'each model was loaded once for both tabs');
  a.port.terminate();
  await until(() => workers.length === 2 && loads(1).length === 2);
  assert.deepEqual(new Set(loads(1).map(([slot]) => slot)), new Set(['main', 'embed']));
  close();
});

test('two tabs with two models: each is answered by its own', async () => {
  const { tab, workers, close } = browser();
  const other = { ...load, source: { url: '/other.gguf' } };
  const a = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  const b = tab();
  b.port.postMessage({ ...other, id: 1 });
  await until(() => b.ended(1));
  a.port.postMessage({ ...generate, id: 2 });
  await until(() => a.ended(2));
  b.port.postMessage({ ...generate, id: 2 });
  await until(() => b.ended(2));
  b.port.postMessage({ ...generate, id: 3 });
  await until(() => b.ended(3));
  const order = workers[0].heard.map((m) => m.source?.url ?? m.type);
  assert.deepEqual(order, [
    '/m.gguf',
    '/other.gguf',
    '/m.gguf',
    'generate',
    '/other.gguf',
    'generate',
    'generate',
  ]);
  close();
});

test('locks that are refused make a tab lead alone, and are not asked for again and again', async () => {
  for (const how of ['rejects', 'throws']) {
    let asked = 0;
    const refuse = () => {
      asked++;
      const error = new DOMException('Access to the Locks API is denied.', 'SecurityError');
      if (how === 'throws') throw error;
      return Promise.reject(error);
    };
    const locks = /** @type {any} */ ({ request: refuse });
    const worker = new FakeWorker();
    /** @type {string[]} */
    const roles = [];
    const port = new SharedEnginePort({
      name: `refused-${how}`,
      locks,
      start: () => worker,
      onRole: (role) => roles.push(role),
    });
    port.postMessage({ ...load, id: 1 });
    await until(() => worker.heard.length > 0);
    await turn(50);
    assert.ok(asked <= 3, `${asked} requests`);
    assert.deepEqual(roles, ['lead']);
    port.terminate();
    assert.equal(worker.ended, true);
  }
});

test('a channel that is refused leaves a tab on its own, too', async () => {
  const { BroadcastChannel } = globalThis;
  Object.assign(globalThis, {
    BroadcastChannel: class {
      constructor() {
        throw new DOMException('denied', 'SecurityError');
      }
    },
  });
  try {
    const worker = new FakeWorker();
    const port = new SharedEnginePort({ name: 'no-channel', locks: fakeLocks(), start: () => worker });
    port.postMessage({ ...load, id: 1 });
    await until(() => worker.heard.length > 0);
    port.terminate();
  } finally {
    Object.assign(globalThis, { BroadcastChannel });
  }
});

test('a worker that cannot be started is an error, not a try without end', async () => {
  let tried = 0;
  const start = () => {
    tried++;
    throw new Error('no worker here');
  };
  const port = new SharedEnginePort({ name: 'no-worker', locks: fakeLocks(), start });
  /** @type {any[]} */
  const errors = [];
  port.addEventListener('error', (event) => errors.push(event.message));
  await until(() => errors.length > 0);
  await turn(30);
  assert.deepEqual([tried, errors], [1, ['no worker here']]);
  port.terminate();
});

test('a page that is kept asleep hands the lead on; awake again it follows, and its question is answered', async () => {
  const { tab, workers, close } = browser();
  const a = tab();
  await until(() => a.roles.includes('lead'));
  const b = tab();
  a.port.postMessage({ ...load, id: 1 });
  await until(() => a.ended(1));
  a.port.sleep();
  assert.equal(workers[0].ended, true, 'its worker is gone');
  await until(() => b.roles.includes('lead'));
  b.port.postMessage({ ...load, id: 1 });
  await until(() => b.ended(1));
  a.port.wake();
  a.port.postMessage({ ...generate, id: 2 });
  await until(() => a.ended(2));
  assert.equal(a.text().trim(), 'one two three four five six seven eight');
  assert.equal(workers.length, 2);
  close();
});

test('weights whose lock is held in silence end in a message; refused locks hold nobody up', async () => {
  const { acquireDownload } = await import('../../www/weights/read/download-lock.js');
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const given = (/** @type {unknown} */ locks) =>
    Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
  try {
    const locks = fakeLocks();
    given(locks);
    void locks.request('loquat-weights:m', () => new Promise(() => {})); // for ever
    await assert.rejects(acquireDownload('m', { silenceMs: 30 }), { code: 'model_busy' });
    given({ request: () => Promise.reject(new DOMException('denied', 'SecurityError')) });
    const { waited } = await acquireDownload('m', { silenceMs: 30 });
    assert.equal(waited, false);
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
  }
});
