// A question in a language that the model does not speak, while another one that is kept here does: it is offered, once in a
// conversation. Loaded with the first such question.
import { cacheIdOf, loadCatalog } from '../weights/sources/catalog.js';
import { createLibrary } from './library.js';

/** By the letters alone; what is written in Latin ones is not told apart. */
const SCRIPTS = /** @type {const} */ ([
  [/[\p{scx=Hiragana}\p{scx=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Devanagari}/u, 'hi'],
]);

/** @type {Set<string>} conversations in which it was offered */
const offered = new Set();

/**
 * @param {import('./app.js').App} app
 * @param {import('./chat-tree.js').Message} answer
 */
export async function suggestModel(app, { id, conversation, parent }) {
  const { chat } = app.store.get();
  const question = chat.messages[parent ?? '']?.text ?? '';
  const language = SCRIPTS.find(([script]) => script.test(question))?.[1];
  if (!language || offered.has(conversation)) return;
  const [{ cached, inUse }, { models }] = await Promise.all([
    createLibrary(app, app.base).read(),
    loadCatalog(new URL('catalog.json', app.base)),
  ]);
  const entryOf = (/** @type {string} */ key) => models.find((entry) => cacheIdOf(entry, app.base) === key);
  const used = entryOf(inUse);
  if (!used || used.languages.includes(language)) return; // it is not known whether it does
  const other = cached.find(
    (model) => model.complete && entryOf(model.id)?.languages.includes(language) === true,
  );
  if (!other) return;
  offered.add(conversation);
  const ask = async () => {
    await createLibrary(app, app.base).use(other);
    if (app.store.get().chat.messages[id]) await app.answers.regenerate(id);
  };
  app.store.set({
    notice: {
      kind: 'info',
      code: 'model_speaks',
      message: entryOf(other.id)?.name ?? other.name,
      remedy: '',
      hint: language,
      action: { label: 'askIt', run: () => void ask().catch(app.report) },
    },
  });
}
