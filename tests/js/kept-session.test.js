// What the engine has read is kept over the pages of a site: restored before the first question, by a page whose own load read the weights.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { memoryChats } from '../../www/app/db.js';
import { keepSession } from '../../www/app/kept-session.js';
import { createStore } from '../../www/app/observable.js';

const DAY = 86_400_000;

/** A page with a chat: its loads, its answers, and what its engine was told. @param {import('../../www/app/db.js').ChatStorage} storage @param {{days?: number, saved?: number, refuses?: boolean, server?: string}} [how] */
function page(storage, { days = 0, saved = 7, refuses = false, server } = {}) {
  const store = createStore(
    /** @type {any} */ ({
      model: { status: 'none' },
      generation: null,
      chat: { conversation: { temporary: false }, messages: { 1: { stats: {} }, served: {} } },
    }),
  );
  /** @type {string[]} */
  const told = [];
  const client = {
    ...(server ? { server } : {}),
    save: async () => (told.push('save'), Uint8Array.of(saved)),
    restore: async (/** @type {Uint8Array} */ bytes) => {
      told.push(`restore ${bytes}`);
      if (refuses) throw new Error('it belongs to another model');
    },
  };
  const app = /** @type {any} */ ({ store, storage, model: { client } });
  const end = keepSession(app, '', { days, quiet: 5 });
  return {
    told,
    end,
    store,
    async load({ shared = false } = {}) {
      store.set({ model: { status: 'loading', name: '' } });
      await sleep(1);
      if (!shared) store.set({ model: { status: 'loading', name: '', progress: { phase: 'read' } } });
      store.set({ model: { status: 'ready', name: '' } });
      told.push('question');
      await sleep(1);
    },
    async answer(message = '1') {
      store.set({ generation: { message } });
      store.set({ generation: null });
      await sleep(20);
    },
  };
}

test('the next page has what the last one read, before its first question', async () => {
  const storage = memoryChats();
  const first = page(storage);
  await first.load();
  await first.answer();
  first.end();
  const second = page(storage);
  await second.load();
  assert.deepEqual(first.told, ['question', 'save']);
  assert.deepEqual(second.told, ['restore 7', 'question']);
});

test('an engine that another tab has loaded keeps what it has read', async () => {
  const storage = memoryChats();
  await storage.setNote('session:', { bytes: Uint8Array.of(1), at: Date.now() });
  const follower = page(storage);
  await follower.load({ shared: true });
  assert.deepEqual(follower.told, ['question']);
});

test('what is of another model is read anew, and kept anew', async () => {
  const storage = memoryChats();
  await storage.setNote('session:', { bytes: Uint8Array.of(1), at: Date.now() });
  const other = page(storage, { refuses: true, saved: 9 });
  await other.load();
  await other.answer();
  assert.deepEqual(other.told, ['restore 1', 'question', 'save']);
  assert.deepEqual(/** @type {any} */ (await storage.note('session:')).bytes, Uint8Array.of(9));
});

test('nothing is saved while another answer is written, of a temporary chat, of a service’s own words, nor of a server’s', async () => {
  const storage = memoryChats();
  const busy = page(storage);
  await busy.load();
  busy.store.set({ generation: { message: '1' } });
  busy.store.set({ generation: null });
  busy.store.set({ generation: { message: '2' } });
  await sleep(20);
  const passing = page(storage);
  passing.store.set({ chat: { ...passing.store.get().chat, conversation: { temporary: true } } });
  await passing.load();
  await passing.answer();
  const remote = page(storage, { server: 'https://x' });
  await remote.load();
  await remote.answer();
  const served = page(storage);
  await served.load();
  await served.answer('served');
  const told = [busy, passing, remote, served].flatMap((each) => each.told);
  assert.deepEqual(told, ['question', 'question', 'question', 'question']);
  assert.equal(await storage.note('session:'), undefined);
});

test('what is older than the site keeps conversations is not used, and dropped', async () => {
  const storage = memoryChats();
  await storage.setNote('session:', { bytes: Uint8Array.of(1), at: Date.now() - 3 * DAY });
  const late = page(storage, { days: 2 });
  await late.load();
  assert.deepEqual(late.told, ['question']);
  assert.equal(await storage.note('session:'), undefined);
});
