// A selection of a draft written anew: shorter, simpler, more formal, in another language, or gone on with. On the same code as
// templates, so that its numbers stay.
import { Writing } from '../../agent/writing/writing.js';

/** @typedef {'shorter' | 'simpler' | 'formal' | 'translate' | 'continue'} Change */

/** What the model is told, by the language of the draft. @type {Record<string, Record<Change, string>>} */
const ASKS = {
  en: {
    shorter: 'Write this passage much shorter. Keep every number and name:\n\n{{.}}',
    simpler: 'Write this passage in simple words and short sentences. Keep every number and name:\n\n{{.}}',
    formal: 'Write this passage in formal language. Keep every number and name:\n\n{{.}}',
    translate: 'Translate into {{to}}. Answer with the translation alone:\n\n{{.}}',
    continue: 'Go on with this text in two more sentences. Write only the new sentences.',
  },
  zh: {
    shorter: '把下面这段话写短很多，数字和人名照原样：\n\n{{.}}',
    simpler: '用简单的词和短句改写下面这段话，数字和人名照原样：\n\n{{.}}',
    formal: '用正式的语言改写下面这段话，数字和人名照原样：\n\n{{.}}',
    translate: '译成{{to}}，只写译文：\n\n{{.}}',
    continue: '接着这段文字再写两句，只写新的句子。',
  },
  ja: {
    shorter: '次の文章をずっと短く書き直してください。数字と名前はそのまま:\n\n{{.}}',
    simpler: '次の文章をやさしい言葉と短い文で書き直してください。数字と名前はそのまま:\n\n{{.}}',
    formal: '次の文章を改まった言葉で書き直してください。数字と名前はそのまま:\n\n{{.}}',
    translate: '{{to}}に訳してください。訳文だけを書いてください:\n\n{{.}}',
    continue: 'この文章の続きを二文書いてください。新しい文だけを書いてください。',
  },
};

/** @param {Change} change @param {string} language @returns {import('../../agent/writing/template.js').Template} */
function templateOf(change, language) {
  const known = language in ASKS ? language : 'en';
  const ask = ASKS[known][change];
  const words = /** @type {[number, number]} */ (known === 'en' ? [2, 40] : [3, 80]);
  const goesOn = change === 'continue';
  return {
    id: 'change',
    language: known,
    group: 'text',
    name: change,
    fields: [
      { id: 'text', label: 'Text', kind: 'long' },
      { id: 'to', label: 'To', kind: 'line' },
    ],
    ...(change === 'translate' ? { to: 'to' } : {}),
    free: goesOn,
    body: '{{changed}}',
    slots: {
      changed: goesOn
        ? { label: change, as: 'sentences', count: 2, words, ask, see: ['text'] }
        : { label: change, as: 'passages', of: 'text', words, ask },
    },
  };
}

/**
 * @param {import('../lib/view.js').App} app @param {{change: Change, text: string, language: string, to?: string, message: string, signal: AbortSignal}} what
 * @returns {Promise<{text: string, changed: boolean}>} not changed: the model wrote nothing that keeps the numbers and is of the language
 */
export async function rewrite(app, { change, text, language, to = '', message, signal }) {
  const { parameters } = app.store.get().model.info ?? {};
  const writing = new Writing({
    template: templateOf(change, language),
    values: { text, to },
    ability: parameters ? { parameters } : {},
  });
  let step = writing.next();
  while (step.type === 'ask') {
    const { type: _, key: __, label: ___, ...request } = step;
    step = writing.next(await (await app.answers.edits()).aside(message, request, { signal }));
  }
  const changed = Object.values(writing.state).some(({ by }) => by === 'model');
  return { text: writing.text(), changed };
}
