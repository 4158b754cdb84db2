// Makes the map that was asked for: of a topic by the model, line by line under a grammar; of a conversation, of documents
// and of an outline from their own words.
import { mapDocuments } from './documents.js';
import { mapOfConversation } from './from-conversation.js';
import { mapOfDocuments } from './from-document.js';
import { BOUNDS, outlineGrammar, tokensFor } from './grammar.js';
import { parseOutline, rooted, withoutRepeats } from './outline.js';
import { textPrompt, topicPrompt } from './prompts.js';
import { isWide, shorten } from './sentences.js';
import { mapRequestOf } from './request.js';

/**
 * @typedef {import('../../protocol/parts.js').MapNode} MapNode
 * @typedef {import('../../protocol/parts.js').MapPart} MapPart
 * @typedef {import('../skills.js').Question} Question
 * @typedef {import('../skills.js').Running} Running
 * @typedef {import('../skills.js').Step} Step
 */

/** Models from this size on sum up a conversation in words of their own. */
const SUMS_UP = 1.2e9; // parameters
const LONGEST_TEXT = 4000; // characters that are summed up in one go

const TITLES = {
  conversation: { en: 'This conversation', zh: '这次对话', ja: 'この会話' },
  documents: { en: 'Documents', zh: '文档', ja: '文書' },
  outline: { en: 'Outline', zh: '提纲', ja: 'アウトライン' },
};

/** @param {MapNode} root @returns {MapPart} */
const part = (root) => ({ type: 'map', root });

/** @param {MapNode} root @returns {Step} */
const done = (root) => ({ type: 'done', parts: [part(root)] });

/** @param {string} topic */
export const titled = (topic) => {
  const label = topic.replace(/\s+/g, ' ').trim();
  return isWide(label) ? shorten(label) : shorten(label[0].toUpperCase() + label.slice(1));
};

/** What a model has written, in whole lines. @param {string} title @param {string} text @param {boolean} [ended] */
export function grown(title, text, ended = false) {
  const whole = ended ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  return withoutRepeats({ label: title, children: parseOutline(whole) });
}

/**
 * One completion, drawn as it comes.
 * @param {string} title @param {import('../skills.js').Ask} ask @returns {Running}
 */
function written(title, ask) {
  let shown = -1;
  return {
    next: async (reply) => {
      if (reply === undefined) return { type: 'ask', ...ask };
      const root = grown(title, reply, true);
      return root.children ? done(root) : { type: 'pass' };
    },
    draft(text) {
      const lines = text.split('\n').length;
      if (lines === shown) return undefined;
      shown = lines;
      return [{ ...part(grown(title, text)), growing: true }];
    },
  };
}

/** @param {Step} step @returns {Running} */
const known = (step) => ({ next: async () => step });

/** @param {import('./request.js').MapLanguage} language @param {import('../../protocol/messages.js').ChatMessage[]} messages @returns {import('../skills.js').Ask} */
const outlineAsk = (language, messages) => ({
  messages,
  constraint: { type: 'lark', grammar: outlineGrammar(language) },
  max_tokens: tokensFor(BOUNDS.branches[1] * (1 + BOUNDS.leaves[1])),
});

/** @param {import('./request.js').MapLanguage} language */
async function ofDocuments(language) {
  const { attached, passages } = mapDocuments();
  const documents = await Promise.all(
    attached().map(async ({ name, hash }) => ({ name, hash, passages: await passages(hash) })),
  );
  const root = mapOfDocuments(documents, TITLES.documents[language]);
  return known(root.children?.length ? done(root) : { type: 'pass' });
}

/** @param {Question} question @param {import('./request.js').MapLanguage} language */
function ofConversation({ messages, model }, language) {
  const said = messages.slice(0, -1).filter(({ role }) => role !== 'system');
  const title = TITLES.conversation[language];
  if ((model.parameters ?? 0) >= SUMS_UP) {
    const text = said.map(({ role, content }) => `${role === 'user' ? 'Q' : 'A'}: ${content}`).join('\n\n');
    if (text.length <= LONGEST_TEXT) return written(title, outlineAsk(language, textPrompt(language, text)));
  }
  const root = mapOfConversation(said, title);
  return known(root ? done(root) : { type: 'pass' });
}

/** @param {Question} question @returns {Promise<Running>} */
export async function makeMap(question) {
  const request = mapRequestOf(question);
  if (!request) return known({ type: 'pass' });
  const { language } = request;
  if (request.from === 'outline') {
    const title = request.title ? titled(request.title) : TITLES.outline[language];
    return known(done(rooted(parseOutline(request.outline), title)));
  }
  if (request.from === 'documents') return ofDocuments(language);
  if (request.from === 'conversation') return ofConversation(question, language);
  return written(titled(request.topic), outlineAsk(language, topicPrompt(language, request.topic)));
}
