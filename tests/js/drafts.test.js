// Templates through the app: a filled form is a question, its draft an answer that can be stopped, kept and gone on with.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { partText } from '../../www/agent/part-texts.js';
import { shownPath } from '../../www/app/chat-tree.js';
import { fresh, idle, scripted, tab, until } from './app.test.js';

const file = new URL('../../www/agent/writing/templates/en.json', import.meta.url);
const { templates } = JSON.parse(await readFile(file, 'utf8'));
/** @param {string} id @param {Record<string, string>} values @param {object} [more] @returns {any} */
const form = (id, values, more = {}) => ({
  type: 'form',
  template: templates.find((/** @type {any} */ each) => each.id === id),
  values,
  ...more,
});
const NEWS = form('news', { what: 'A storm hit the coast', where: 'Northport', when: '4 March 2026' });
const STORY = form(
  'story',
  { hero: 'Mia', place: 'a village', problem: 'Her boat is gone', mood: 'quiet', parts: '2' },
  { pause: true },
);

/** @param {import('../../www/app/app.js').App} app @returns {any} */
const last = (app) => shownPath(app.store.get().chat).pop();

test('a filled form is asked, written and stored with its facts', async () => {
  const name = fresh();
  const client = scripted();
  const app = await tab(name, client);
  void app.model.load();
  await app.answers.fill(NEWS, partText(NEWS));
  await idle(app);
  const { parts, status, text } = last(app);
  assert.equal(status, 'done');
  assert.equal(parts[0].type, 'draft');
  assert.ok(parts[0].done && parts[0].versions.length === 1);
  assert.match(text, /\*\*Northport, 4 March 2026\.\*\* A storm hit the coast\./);
  assert.ok(client.asked.every((/** @type {any} */ { constraint }) => constraint.type === 'regex'));
  assert.match(
    shownPath(app.store.get().chat)[0].text,
    /^News from data: A storm hit the coast\nWhere: Northport/,
  );
  const again = await tab(name);
  await again.conversations.restore(app.store.get().chat.conversation.id);
  assert.equal(last(again).parts[0].text, text);
});

test('a draft that was stopped goes on where it was, and one that waits goes on when it is told to', async () => {
  const app = await tab(fresh(), scripted({ pause: 3 }));
  void app.model.load();
  const asking = app.answers.fill(STORY, partText(STORY));
  await until(() => last(app)?.parts?.[0]?.now);
  app.answers.stop();
  await asking;
  await idle(app);
  assert.equal(last(app).status, 'stopped');
  await app.answers.carryOn(last(app).id);
  await idle(app);
  const waiting = last(app).parts[0];
  assert.equal(waiting.waits, 'outline');
  assert.equal(waiting.done, false);
  const { state } = waiting;
  const outline = { ...state.outline, text: ['Mia wakes up', 'The boat is back'], by: 'person' };
  await app.answers.changePart(last(app).id, 0, { ...waiting, state: { ...state, outline } });
  await app.answers.carryOn(last(app).id);
  await idle(app);
  assert.equal(last(app).parts[0].done, true);
  assert.match(last(app).text, /Mia wakes up\.[^]*The boat is back\./);
});

test('asking again writes another draft beside the first; a form that is changed is another question', async () => {
  const app = await tab(fresh());
  void app.model.load();
  await app.answers.fill(NEWS, partText(NEWS));
  await idle(app);
  const [question] = shownPath(app.store.get().chat);
  await app.answers.regenerate(last(app).id);
  await idle(app);
  assert.equal(app.store.get().chat.children[question.id].length, 2);
  assert.equal(last(app).parts[0].done, true);
  const other = { ...NEWS, values: { ...NEWS.values, where: 'Lima' } };
  await app.answers.fill(other, partText(other), question.id);
  await idle(app);
  assert.match(last(app).text, /Lima/);
  assert.equal(app.store.get().chat.children[''].length, 2);
});

test('a stored form whose template is broken is an error with a remedy, and the app goes on', async () => {
  const app = await tab(fresh());
  void app.model.load();
  const broken = { ...NEWS, template: { ...NEWS.template, body: '{{nowhere}}' } };
  await app.answers.fill(broken, 'broken');
  await idle(app);
  assert.equal(app.store.get().notice?.code, 'template_broken');
  await app.answers.send('hello');
  await idle(app);
  assert.match(last(app).text, /You said hello/);
});
