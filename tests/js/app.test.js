// The app without its views: conversations in storage and in several tabs, answers that wait. The engine is a script.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { planByLength } from '../../www/api/remote/plan.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { createApp } from '../../www/app/app.js';
import { chatFrom, shownPath } from '../../www/app/chat-tree.js';
import { openChats } from '../../www/app/db.js';
import { DEFAULTS } from '../../www/app/settings.js';

/** @typedef {import('../../www/app/app.js').App} App */

const INFO = /** @type {any} */ ({ name: 'Script', context_length: 4096, parameters: 1, backend: 'cpu' });
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
const TIMINGS = { prompt_n: 1, prompt_ms: 1, predicted_n: 1, predicted_ms: 1, cached_n: 0 };

/** An engine that says each word after a moment. */
export function scripted({ pause = 1, fails = /** @type {RegExp | undefined} */ (undefined) } = {}) {
  /** @type {any[]} */
  const asked = [];
  /** @type {string[]} */
  const loaded = [];
  const client = {
    asked,
    loaded,
    /** @param {any} source */
    async load(source) {
      const name = source.url ?? source.hub ?? source.cached ?? source.file?.[0]?.name ?? '';
      if (fails?.test(name)) throw Object.assign(new Error(`${name} is not there.`), { code: 'not_found' });
      loaded.push(name);
      return INFO;
    },
    tokenize: async (/** @type {string} */ text) => text.split(' '),
    template: async () => '',
    /** @type {import('../../www/engine/client.js').EngineClient['plan']} */
    plan: async (request, budget) => planByLength(request, budget, (text) => text.split(' ').length),
    /** @param {any} request @param {{signal?: AbortSignal}} options */
    async *generate(request, { signal } = {}) {
      asked.push(request);
      const { content } = request.messages.at(-1);
      yield { type: 'begin', prompt_n: 1, cached_n: 0 };
      for (const text of `You said ${content}`.split(/(?<= )/)) {
        await sleep(pause);
        signal?.throwIfAborted();
        yield { type: 'token', text, id: 1 };
      }
      yield { type: 'done', reason: 'stop', text: '.', usage: USAGE, timings: TIMINGS };
    },
    pause() {},
    resume() {},
    unload: async () => {},
    requests: async () => [],
    close() {},
  };
  return client;
}

let names = 0;
/** @param {string} name of the storage @param {any} [client] @param {Partial<import('../../www/app/settings.js').Settings>} [settings] */
export async function tab(name, client = scripted(), settings = {}) {
  const storage = await openChats(name);
  const app = createApp({
    startEngine: () => client,
    pkg: 'https://x/pkg/',
    base: 'https://x/',
    storage,
    settings: { ...DEFAULTS, ...settings },
  });
  return app;
}
export const fresh = () => `app-test-${names++}`;

/** @param {() => unknown} is */
export async function until(is) {
  for (let i = 0; i < 400 && !is(); i++) await sleep(5);
  assert.ok(is(), `never came true: ${is}`);
}
export const said = (/** @type {App} */ app) => shownPath(app.store.get().chat).map(({ text }) => text);
export const idle = (/** @type {App} */ app) => until(() => app.store.get().generation === null);

test('a question that was asked before the model was ready waits for it across a reload', async () => {
  const name = fresh();
  const before = await tab(name);
  void before.answers.send('hello');
  await until(async () => (await openChats(name).then((s) => s.list())).length > 0);
  await sleep(50);
  const after = await tab(name);
  const [{ id }] = await (await openChats(name)).list();
  await after.conversations.restore(id);
  assert.equal(shownPath(after.store.get().chat).at(-1)?.status, 'waiting');
  await after.model.load();
  await until(() => said(after).at(-1) === 'You said hello.');
});

test('a conversation that was removed elsewhere is saved whole or not at all', async () => {
  const name = fresh();
  const app = await tab(name);
  await app.model.load();
  await app.answers.send('one');
  const { id } = app.store.get().chat.conversation;
  const elsewhere = await openChats(name);
  // As a browser does that clears its storage: nobody is told.
  for (const message of await elsewhere.messages(id)) assert.ok(message.text);
  await removeSilently(name, id);
  await app.answers.send('two');
  const kept = await elsewhere.messages(id);
  const [conversation] = await elsewhere.list();
  assert.deepEqual(
    shownPath(chatFrom(conversation, kept)).map(({ text }) => text),
    ['one', 'You said one.', 'two', 'You said two.'],
  );
});

/** @param {string} name @param {string} id */
async function removeSilently(name, id) {
  const { openDB } = await import('idb');
  const db = await openDB(name);
  await db.delete('conversations', id);
  for (const key of await db.getAllKeysFromIndex('messages', 'conversation', id))
    await db.delete('messages', key);
  db.close();
}

test('what answered a lost message is still shown', () => {
  const conversation = /** @type {any} */ ({ id: 'c', selected: {} });
  const lone = /** @type {any} */ ({ id: 'm', parent: 'gone', created: 1, text: 'here', role: 'assistant' });
  assert.deepEqual(
    shownPath(chatFrom(conversation, [lone])).map(({ text }) => text),
    ['here'],
  );
});

test('tabs see each other’s conversations at once, and write one line in the same one', async () => {
  const name = fresh();
  const [a, b] = [await tab(name), await tab(name)];
  await Promise.all([a.model.load(), b.model.load()]);
  await a.answers.send('from a');
  await until(() => b.store.get().list.length === 1);
  const { id } = a.store.get().chat.conversation;
  await b.conversations.open(id);
  assert.deepEqual(said(b), ['from a', 'You said from a.']);
  await b.answers.send('from b');
  await until(() => said(a).length === 4 && said(a)[3].endsWith('.'));
  await a.answers.send('again a');
  await until(() => said(b).length === 6 && said(b)[5].endsWith('.'));
  assert.deepEqual(said(b), [
    ...['from a', 'You said from a.', 'from b', 'You said from b.', 'again a', 'You said again a.'],
  ]);
  assert.deepEqual(said(a), said(b));
  await a.conversations.patch(id, { title: 'Renamed' });
  await until(
    () => b.store.get().list[0].title === 'Renamed' && b.store.get().chat.conversation.title === 'Renamed',
  );
  await b.conversations.draft(id, 'not sent');
  await a.conversations.remove(id);
  await until(() => b.store.get().list.length === 0 && said(b).length === 0);
  assert.equal(b.store.get().chat.conversation.draft, 'not sent');
});

test('a switch to a model that can’t be had goes back to the one that worked, and is not remembered', async () => {
  const client = scripted({ fails: /gone/ });
  const app = await tab(fresh(), client);
  await app.model.choose('models/first.gguf');
  assert.equal(app.store.get().model.status, 'ready');
  await app.model.choose('https://hub.example/gone.gguf');
  const { model, settings, notice } = app.store.get();
  assert.equal(notice?.code, 'not_found', 'it is told');
  assert.deepEqual([model.status, model.name], ['ready', 'first']);
  assert.equal(settings.model, 'models/first.gguf');
  await app.answers.send('still there?');
  assert.equal(said(app).at(-1), 'You said still there?.');
  await app.model.choose('models/second.gguf');
  assert.equal(app.store.get().settings.model, 'models/second.gguf');
  assert.deepEqual(
    client.loaded.map((address) => address.slice(-10)),
    ['first.gguf', 'first.gguf', 'econd.gguf'],
  );
  await app.model.choose('nonsense');
  assert.equal(app.store.get().notice?.code, 'bad_source');
  assert.equal(app.store.get().model.status, 'ready');
});

test('the first model that can’t be had is remembered, to be tried again', async () => {
  const app = await tab(fresh(), scripted({ fails: /gone/ }));
  await app.model.choose('models/gone.gguf');
  const { model, settings } = app.store.get();
  assert.deepEqual([model.status, settings.model], ['failed', 'models/gone.gguf']);
});

test('who answers and how belongs to the conversation: a change leaves the others alone', async () => {
  const client = scripted();
  const app = await tab(fresh(), client, { system: 'Be kind.', temperature: 0.5 });
  await app.model.load();
  await app.answers.send('one');
  const first = app.store.get().chat.conversation.id;
  app.conversations.start();
  app.change({ system: 'Be brief.', temperature: 1, persona: 'terse' });
  await app.answers.send('two');
  app.change({ temperature: 1.5 }); // of the open one, and of new ones
  await app.answers.send('three');
  await app.conversations.open(first);
  await app.answers.send('four');
  assert.deepEqual(
    client.asked.map(({ messages, temperature }) => [messages[0].content, temperature]),
    [
      ['Be kind.', 0.5],
      ['Be brief.', 1],
      ['Be brief.', 1.5],
      ['Be kind.', 0.5],
    ],
  );
  assert.deepEqual([app.settings().persona, app.store.get().settings.persona], ['', 'terse']);
  app.conversations.start();
  assert.equal(app.settings().system, 'Be brief.');
});

test('an answer goes on while another conversation is open, waits its turn, and marks its chat when done', async () => {
  const name = fresh();
  const app = await tab(name, scripted({ pause: 20 }));
  await app.model.load();
  const first = app.answers.send('one two three four five');
  const { id } = app.store.get().chat.conversation;
  await until(() => (said(app)[1] ?? '').length > 5);
  app.conversations.start();
  assert.equal(app.store.get().generation, null, 'here nothing is written');
  assert.deepEqual(app.store.get().marks, { [id]: 'busy' });
  const second = app.answers.send('meanwhile');
  assert.equal(app.store.get().generation?.queued, true);
  await Promise.all([first, second]);
  assert.deepEqual(said(app), ['meanwhile', 'You said meanwhile.']);
  assert.deepEqual(app.store.get().marks, { [id]: 'done' });
  const other = app.store.get().chat.conversation.id;
  await app.conversations.open(id);
  assert.deepEqual(said(app), ['one two three four five', 'You said one two three four five.']);
  assert.deepEqual(app.store.get().marks, {});
  assert.equal((await (await openChats(name)).messages(id)).length, 2);

  void app.answers.send('again and again and again');
  await until(() => (said(app)[3] ?? '').length > 5);
  await app.conversations.open(other);
  await app.conversations.open(id); // back, while it is written
  assert.ok(app.store.get().generation);
  app.answers.stop();
  assert.equal(shownPath(app.store.get().chat).at(-1)?.status, 'stopped');
  void app.answers.send('to be removed with its chat');
  await app.conversations.open(other);
  await app.conversations.remove(id);
  await sleep(300);
  assert.deepEqual(
    (await (await openChats(name)).list()).map((each) => each.id),
    [other],
  );
});
