// The conversation as a tree, what fits the context, settings, and files: pure functions.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addMessage,
  branchOf,
  chatFrom,
  newChat,
  patchMessage,
  shownPath,
  titleOf,
  walkBranch,
} from '../../www/app/chat-tree.js';
import { planByLength } from '../../www/api/remote/plan.js';
import { fitContext } from '../../www/app/context-window.js';
import { memoryChats, openChats } from '../../www/app/db.js';
import { parseImport, toJson, toMarkdown } from '../../www/app/exchange/exchange.js';
import {
  agreeing,
  cleanSettings,
  DEFAULTS,
  hasAgreed,
  readSettings,
  settingsFromAddress,
  writeSettings,
} from '../../www/app/settings.js';
import { createStore } from '../../www/app/observable.js';
import { confidenceOf, isUnsure, wordsOfAnswer } from '../../www/agent/confidence.js';
import { unsurePlaces } from '../../www/ui/parts/confidence.js';
import { groupOf } from '../../www/ui/chat/sidebar.js';
import { splitReasoning } from '../../www/agent/thoughts.js';

/** @typedef {import('../../www/app/chat-tree.js').Chat} Chat */

/** @param {Array<['user' | 'assistant', string]>} said */
function talk(said) {
  let chat = newChat();
  /** @type {string[]} */
  const ids = [];
  for (const [role, text] of said) {
    const added = addMessage(chat, { parent: ids[ids.length - 1] ?? null, role, text });
    chat = added.chat;
    ids.push(added.message.id);
  }
  return { chat, ids };
}

const texts = (/** @type {Chat} */ chat) => shownPath(chat).map(({ text }) => text);

const TWO_TURNS = talk([
  ['user', 'q1'],
  ['assistant', 'a1'],
  ['user', 'q2'],
  ['assistant', 'a2'],
]);

test('a regenerated answer is a branch beside the old one, and one can walk back', () => {
  const { chat, ids } = TWO_TURNS;
  const { chat: two, message } = addMessage(chat, { parent: ids[0], role: 'assistant', text: 'b1' });
  assert.deepEqual(texts(two), ['q1', 'b1']);
  assert.deepEqual(branchOf(two, message.id), { index: 1, count: 2 });
  const back = walkBranch(two, message.id, -1);
  assert.deepEqual(texts(back), ['q1', 'a1', 'q2', 'a2']);
  assert.equal(walkBranch(back, ids[1], -1), back, 'before the first there is nothing');
});

test('editing the first question keeps the old conversation on its branch', () => {
  const { chat } = TWO_TURNS;
  const { chat: edited, message } = addMessage(chat, { parent: null, role: 'user', text: 'other' });
  assert.deepEqual(texts(edited), ['other']);
  assert.deepEqual(texts(walkBranch(edited, message.id, -1)), ['q1', 'a1', 'q2', 'a2']);
});

test('a tree read back from storage shows the same branch', () => {
  const { chat, ids } = TWO_TURNS;
  const { chat: two } = addMessage(chat, { parent: ids[0], role: 'assistant', text: 'b1' });
  const list = Object.values(two.messages).reverse();
  assert.deepEqual(texts(chatFrom(two.conversation, list)), ['q1', 'b1']);
  assert.deepEqual(texts(chatFrom({ ...two.conversation, selected: { '': 'gone' } }, list)), ['q1', 'b1']);
});

test('a message must answer one that exists', () => {
  assert.throws(() => addMessage(newChat(), { parent: 'nowhere', role: 'user', text: 'x' }), /nowhere/);
});

test('updates make new objects and leave the others alone', () => {
  const { chat, ids } = TWO_TURNS;
  const changed = patchMessage(chat, ids[1], { text: 'new' });
  assert.notEqual(changed.messages[ids[1]], chat.messages[ids[1]]);
  assert.equal(changed.messages[ids[0]], chat.messages[ids[0]]);
});

test('the title is the first words of the first question', () => {
  assert.equal(TWO_TURNS.chat.conversation.title, 'q1');
  assert.equal(titleOf('  one\ntwo'), 'one');
  assert.match(titleOf('word '.repeat(40)), /^(word )+word…$/);
});

/** A client that plans by lengths, as a server's does. @param {(text: string) => number} count */
const planner = (count) => ({
  /** @type {import('../../www/engine/client.js').EngineClient['plan']} */
  plan: async (request, budget) => planByLength(request, budget, count),
});

test('what does not fit is left out from the start, in whole pairs, and the question always goes', async () => {
  const path = shownPath(TWO_TURNS.chat).slice(0, 3);
  const count = (/** @type {string} */ text) => (text.startsWith('a') ? 100 : 10);
  const all = await fitContext(planner(count), 'sys', path, { limit: 1000, reserve: 100 });
  assert.deepEqual(all.omitted, []);
  assert.deepEqual(
    all.messages.map(({ content }) => content),
    ['sys', 'q1', 'a1', 'q2'],
  );
  const few = await fitContext(planner(count), 'sys', path, { limit: 150, reserve: 50 });
  assert.deepEqual(
    few.messages.map(({ content }) => content),
    ['sys', 'q2'],
  );
  assert.deepEqual(few.omitted, TWO_TURNS.ids.slice(0, 2));
  const tiny = await fitContext(planner(count), '', path, { limit: 5, reserve: 4 });
  assert.deepEqual(
    tiny.messages.map(({ content }) => content),
    ['q2'],
  );
});

test('in a full context room is made once for many turns, and what is sent begins as before', async () => {
  const limit = 4096;
  const count = (/** @type {string} */ text) => text.length;
  /** @type {Array<['user' | 'assistant', string]>} */
  const said = [];
  /** @type {string | undefined} */
  let first;
  let before = '';
  let rereads = 0;
  let most = 0;
  for (let turn = 0; turn < 60; turn++) {
    said.push(['user', `q${turn} `.padEnd(40, 'x')]);
    const { chat, ids } = talk(said);
    // Ids are new in every run: the place counts.
    const path = shownPath(chat).map((message, i) => ({ ...message, id: `m${i}` }));
    assert.equal(path.length, ids.length);
    const sent = await fitContext(planner(count), 'sys', path, {
      limit,
      reserve: 512,
      ...(first ? { first } : {}),
    });
    first = sent.first;
    const text = JSON.stringify(sent.messages).slice(0, -1);
    if (turn > 0 && !text.startsWith(before)) rereads++;
    before = text;
    most = Math.max(
      most,
      sent.messages.reduce((sum, { content }) => sum + content.length, 0),
    );
    said.push(['assistant', `a${turn} `.padEnd(90, 'y')]);
  }
  assert.ok(rereads >= 1 && rereads <= 4, `the prompt was read again ${rereads} times`);
  assert.ok(most <= limit - 512 && most > 1500, `${most}`);
  const { chat } = talk(said);
  const all = await fitContext(planner(count), 'sys', shownPath(chat), {
    limit: 1e6,
    reserve: 512,
    first: 'm20',
  });
  assert.deepEqual(
    [all.omitted.length, all.first],
    [0, undefined],
    'a longer context takes everything again',
  );
});

test('subscribers see each change with the state before it, until they leave', () => {
  const store = createStore({ n: 0, other: 'x' });
  /** @type {Array<[number, number]>} */
  const seen = [];
  const leave = store.subscribe((now, before) => seen.push([before.n, now.n]));
  store.set({ n: 1 });
  store.set(({ n }) => ({ n: n + 1 }));
  leave();
  store.set({ n: 9 });
  assert.deepEqual(seen, [
    [0, 1],
    [1, 2],
  ]);
  assert.equal(store.get().other, 'x');
});

test('settings: the address wins over what is stored, and nonsense is ignored', () => {
  /** @type {Map<string, string>} */
  const map = new Map();
  const storage = /** @type {Storage} */ (
    /** @type {unknown} */ ({
      getItem: (/** @type {string} */ k) => map.get(k) ?? null,
      setItem: (/** @type {string} */ k, /** @type {string} */ v) => map.set(k, v),
    })
  );
  writeSettings(storage, { ...DEFAULTS, temperature: 0.7, theme: 'dark' });
  assert.deepEqual(JSON.parse([...map.values()][0]), { temperature: 0.7, theme: 'dark' });
  const read = readSettings(storage, new URLSearchParams('temperature=0&repetitionPenalty=x&evil=1'));
  assert.deepEqual(
    [read.temperature, read.repetitionPenalty, read.theme],
    [0, DEFAULTS.repetitionPenalty, 'dark'],
  );
  assert.deepEqual(cleanSettings({ temperature: 'hot', agreed: ['x', 1], __proto__: { x: 1 } }), {
    agreed: ['x'],
  });
  assert.deepEqual(
    settingsFromAddress(new URLSearchParams('agreed=true')),
    {},
    'a link cannot agree for the person',
  );
  map.set('loquat-settings', '{broken');
  assert.equal(readSettings(storage).temperature, DEFAULTS.temperature);
});

test('a yes is for one model, and what a link says is no setting', () => {
  /** @type {Map<string, string>} */
  const map = new Map();
  const storage = /** @type {Storage} */ (
    /** @type {unknown} */ ({
      getItem: (/** @type {string} */ k) => map.get(k) ?? null,
      setItem: (/** @type {string} */ k, /** @type {string} */ v) => map.set(k, v),
    })
  );
  // What earlier versions kept.
  map.set('loquat-settings', JSON.stringify({ agreed: true, model: 'hub:a/b/c.gguf', theme: 'dark' }));
  assert.equal(hasAgreed(readSettings(storage)), true, 'the model that was agreed to');
  map.set('loquat-settings', JSON.stringify({ agreed: true }));
  assert.equal(hasAgreed(readSettings(storage)), true, 'the default one');

  const link = new URLSearchParams('model=https://evil.example/m.gguf&temperature=2');
  const visit = readSettings(storage, link);
  assert.equal(visit.model, 'https://evil.example/m.gguf');
  assert.equal(hasAgreed(visit), false, 'another model is asked about');
  const yes = agreeing(visit, visit.model);
  assert.equal(hasAgreed({ ...visit, ...yes }), true);
  writeSettings(storage, yes);
  writeSettings(storage, { theme: 'light' });
  const after = readSettings(storage);
  assert.deepEqual(
    [after.model, after.temperature, after.theme],
    [DEFAULTS.model, DEFAULTS.temperature, 'light'],
  );
  assert.equal(hasAgreed(after), true, 'the first yes holds');
  assert.equal(
    hasAgreed(readSettings(storage, link)),
    true,
    'and the second, at the next visit by that link',
  );
  writeSettings(storage, agreeing(after, after.model, false));
  assert.equal(hasAgreed(readSettings(storage)), false, 'taken back');
});

for (const [name, make] of /** @type {const} */ ([
  ['IndexedDB', () => openChats(`test-${Math.random()}`)],
  ['memory', async () => memoryChats()],
])) {
  test(`conversations in ${name}: list, read, search, remove`, async () => {
    const storage = await make();
    const { chat } = TWO_TURNS;
    const other = talk([['user', 'About Loquats']]).chat;
    await storage.save({ ...chat.conversation, updated: 1 }, Object.values(chat.messages));
    await storage.save({ ...other.conversation, updated: 2 }, Object.values(other.messages));
    assert.deepEqual(
      (await storage.list()).map(({ title }) => title),
      ['About Loquats', 'q1'],
    );
    assert.deepEqual(texts(chatFrom(chat.conversation, await storage.messages(chat.conversation.id))), [
      'q1',
      'a1',
      'q2',
      'a2',
    ]);
    assert.deepEqual([...(await storage.search('A2'))], [[chat.conversation.id, 'a2']]);
    await storage.remove(chat.conversation.id);
    assert.deepEqual(await storage.messages(chat.conversation.id), []);
    assert.equal((await storage.list()).length, 1);
  });
}

test('what is exported comes back with all branches, under new ids', () => {
  const { chat, ids } = TWO_TURNS;
  const { chat: two } = addMessage(chat, { parent: ids[0], role: 'assistant', text: 'b1' });
  const [back] = parseImport(
    toJson([{ conversation: two.conversation, messages: Object.values(two.messages) }]),
  );
  assert.deepEqual(texts(back), ['q1', 'b1']);
  assert.equal(Object.keys(back.messages).length, 5);
  assert.notEqual(back.conversation.id, two.conversation.id);
  assert.equal(
    ids.some((id) => id in back.messages),
    false,
  );
  assert.match(toMarkdown(two), /^# q1\n\n\*\*You:\*\*\n\nq1\n\n\*\*Loquat:\*\*\n\nb1\n$/);
});

test('the export of ChatGPT is read along the branch that was shown', () => {
  const say = (/** @type {string} */ role, /** @type {unknown[]} */ ...parts) => ({
    author: { role },
    content: { parts },
  });
  const chatgpt = [
    {
      title: 'Trip',
      create_time: 1_700_000_000,
      current_node: 'd',
      mapping: {
        a: { parent: null, children: ['b'], message: null },
        s: { parent: 'a', children: [], message: say('system', 'hidden') },
        b: { parent: 'a', children: ['c', 'd'], message: say('user', 'Where to?', { image: 1 }) },
        c: { parent: 'b', children: [], message: say('assistant', 'old') },
        d: { parent: 'b', children: [], message: say('assistant', 'The sea.') },
      },
    },
  ];
  const [chat] = parseImport(JSON.stringify(chatgpt));
  assert.equal(chat.conversation.title, 'Trip');
  assert.deepEqual(texts(chat), ['Where to?', 'The sea.']);
  assert.equal(chat.conversation.updated, 1_700_000_000_000);
});

test('a file of something else is refused with a code', () => {
  for (const text of ['nonsense', '{}', '[]', '[{"a":1}]', '{"format":"other"}']) {
    assert.throws(() => parseImport(text), { code: 'import_unknown' }, text);
  }
});

test('thinking is parted from the answer, also while it is still going on', () => {
  assert.deepEqual(splitReasoning('<think>a'), { thought: 'a', text: '', open: true });
  assert.deepEqual(splitReasoning('\n<think>a</think>\n\nb'), { thought: 'a', text: 'b', open: false });
  assert.deepEqual(splitReasoning('plain <think>'), { thought: '', text: 'plain <think>', open: false });
});

test('unsure words are found in the shown text, in order, though Markdown signs are gone', () => {
  const words = /** @type {Array<[string, number]>} */ ([
    ['The', 0.9],
    [' **', 0.1],
    ['cat', 0.2],
    ['**', 0.9],
    [' and', 0.9],
    [' the', 0.9],
    [' cat', 0.9],
    [' sat', 0.3],
    ['.', 0.1],
  ]);
  const shown = 'The cat and the cat sat.';
  assert.deepEqual(
    unsurePlaces(shown, words).map(([from, to]) => [from, shown.slice(from, to)]),
    [
      [4, 'cat'],
      [20, 'sat'],
    ],
  );
});

test('an answer that goes on keeps its question; too long with it, it goes without its beginning', async () => {
  const path = shownPath(TWO_TURNS.chat);
  const words = (/** @type {string} */ text) => text.split(/\s+/).filter(Boolean).length;
  const answer = Array.from({ length: 300 }, (_, i) => `w${i}`).join(' ');
  const long = [...path.slice(0, 3), { ...path[3], text: answer }];
  const roomy = await fitContext(planner(words), '', long, { limit: 1000, reserve: 100 });
  assert.deepEqual([roomy.omitted, roomy.shortened], [[], false]);
  const tight = await fitContext(planner(words), '', long, { limit: 250, reserve: 50 });
  assert.deepEqual(tight.omitted, TWO_TURNS.ids.slice(0, 2), 'its own question stays');
  assert.equal(tight.shortened, true);
  const [question, end] = tight.messages.map(({ content }) => content);
  assert.equal(question, 'q2');
  assert.match(end, /^w\d+ .* w299$/, 'whole words, up to the end');
  const sent = words(end);
  assert.ok(sent > 100 && sent <= 200 - 32 - 16, `${sent} words`);
});

test('of the words of a model that thinks, only those of its answer are looked at', () => {
  const words = /** @type {Array<[string, number]>} */ ([
    ['<think>', 1],
    ['the', 0.1],
    ['</think>', 1],
    ['the', 0.2],
    [' end', 1],
  ]);
  assert.deepEqual(wordsOfAnswer(words), words.slice(3));
  assert.deepEqual(wordsOfAnswer(words.slice(0, 2)), [], 'it thinks still');
  assert.deepEqual(wordsOfAnswer(words.slice(3)), words.slice(3));
});

test('yesterday evening is not today', () => {
  const morning = new Date(2026, 10, 25, 8).getTime();
  const hour = 3_600_000;
  const at = (/** @type {number} */ hours, pinned = false) =>
    groupOf({ ...TWO_TURNS.chat.conversation, updated: morning - hours * hour, pinned }, morning);
  assert.deepEqual(
    [at(1), at(9), at(31), at(33), at(24 * 6), at(24 * 9), at(24 * 9, true)],
    ['today', 'yesterday', 'yesterday', 'thisWeek', 'thisWeek', 'earlier', 'pinned'],
  );
});

test('an answer to a question for a fact is unsure by its least likely word, however it begins', () => {
  /** @type {Array<[string, number]>} */
  const sure = [
    ['The', 0.1],
    [' capital', 0.9],
    [' is', 0.9],
    [' Paris', 0.8],
    ['.', 0.3],
    [' It', 0.2],
  ];
  const guess = sure.map(
    ([text, p]) => /** @type {[string, number]} */ ([text, text === ' Paris' ? 0.3 : p]),
  );
  assert.equal(confidenceOf(sure), 0.8);
  assert.equal(confidenceOf([['Paris', 0.3]]), 0.3, 'a word by itself');
  assert.equal(confidenceOf([]), 1);
  assert.equal(isUnsure('What is the capital of France?', guess), true);
  assert.equal(isUnsure('法国的首都是哪里？', guess), true);
  assert.equal(isUnsure('What is the capital of France?', sure), false);
  assert.equal(isUnsure('What should I see in France?', guess), false, 'advice');
  assert.equal(isUnsure('Write a poem about Paris.', guess), false, 'its words could have been others');
  assert.equal(
    isUnsure(
      'What is it?',
      Array.from({ length: 200 }, () => [' a', 0.1]),
    ),
    false,
    'prose',
  );
});
