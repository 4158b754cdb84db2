// Conversations of other programs and of files: what a person saw there is here, branches included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMessage, branchOf, newChat, shownPath, walkBranch } from '../../www/app/chat-tree.js';
import { parseImport, parsePersonas, toMarkdown } from '../../www/app/exchange/exchange.js';

/** @typedef {import('../../www/app/chat-tree.js').Chat} Chat */

const texts = (/** @type {Chat} */ chat) => shownPath(chat).map(({ text }) => text);

/** A node as ChatGPT writes it. @param {string | null} parent @param {string[]} children @param {object} [message] */
const node = (parent, children, message) => ({ parent, children, message: message ?? null });
/** @param {string} role @param {unknown[]} parts @param {object} [more] */
const said = (role, parts, more = {}) => ({
  author: { role },
  content: { content_type: 'text', parts },
  recipient: 'all',
  ...more,
});

const TRIP = {
  title: 'Trip',
  create_time: 1_700_000_000.5,
  update_time: 1_700_000_900,
  current_node: 'edit-answer',
  mapping: {
    root: node(null, ['system']),
    system: node('root', ['ask', 'edit'], said('system', [''])),
    ask: node('system', ['search', 'other'], said('user', ['Where to?'], { create_time: 1_700_000_001 })),
    search: node('ask', ['result'], {
      ...said('assistant', []),
      recipient: 'browser',
      content: { content_type: 'code', text: 'search("sea")' },
    }),
    result: node('search', ['answer'], said('tool', ['a page'])),
    answer: node('result', ['more'], said('assistant', ['The sea,'])),
    more: node('answer', [], said('assistant', ['or the lake.'])),
    other: node('ask', [], said('assistant', ['The hills.'])),
    edit: node(
      'system',
      ['hidden'],
      said('user', [{ content_type: 'image_asset_pointer' }, 'And in winter?'], {
        content: {
          content_type: 'multimodal_text',
          parts: [{ content_type: 'image_asset_pointer' }, 'And in winter?'],
        },
      }),
    ),
    hidden: node(
      'edit',
      ['edit-answer'],
      said('user', ['context'], { metadata: { is_visually_hidden_from_conversation: true } }),
    ),
    'edit-answer': node('hidden', [], said('assistant', ['Stay at home.'])),
  },
};

test('all branches of ChatGPT’s export arrive, with the one that was shown last in front', () => {
  const empty = { title: 'nothing', mapping: { root: node(null, []) } };
  const chats = parseImport(JSON.stringify([TRIP, empty]));
  assert.equal(chats.length, 1, 'one without words is no conversation');
  const [chat] = chats;
  assert.equal(chat.conversation.title, 'Trip');
  assert.equal(chat.conversation.created, 1_700_000_000_500);
  assert.equal(chat.conversation.updated, 1_700_000_900_000);
  assert.deepEqual(texts(chat), ['And in winter?', 'Stay at home.']);
  const question = shownPath(chat)[0];
  assert.deepEqual(branchOf(chat, question.id), { index: 1, count: 2 });
  const first = walkBranch(chat, question.id, -1);
  assert.deepEqual(texts(first), ['Where to?', 'The hills.']);
  const answer = shownPath(first)[1];
  assert.deepEqual(branchOf(first, answer.id), { index: 1, count: 2 });
  // What a tool did in between is no message; the answer around it is one.
  assert.deepEqual(texts(walkBranch(first, answer.id, -1)), ['Where to?', 'The sea,\n\nor the lake.']);
  assert.equal(Object.keys(chat.messages).length, 5);
});

test('an export that goes in circles, or lacks its last node, is read as far as it goes', () => {
  const circle = {
    title: null,
    current_node: 'gone',
    mapping: {
      a: node(null, ['b'], said('user', ['Question of the day'])),
      b: node('a', ['a', 'nowhere'], said('assistant', ['Answer'])),
    },
  };
  const [chat] = parseImport(JSON.stringify(circle));
  assert.deepEqual(texts(chat), ['Question of the day', 'Answer']);
  assert.equal(chat.conversation.title, 'Question of the day');
});

test('a thousand messages below each other are no matter', () => {
  const mapping = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [
      `n${i}`,
      node(
        i === 0 ? null : `n${i - 1}`,
        i === 19_999 ? [] : [`n${i + 1}`],
        said(i % 2 ? 'assistant' : 'user', [`m${i}`]),
      ),
    ]),
  );
  const [chat] = parseImport(JSON.stringify([{ mapping, current_node: 'n19999' }]));
  assert.equal(shownPath(chat).length, 20_000);
});

test('Markdown that was exported comes back: titles, speakers, and headings within answers', () => {
  /** @param {string} title @param {string[]} said */
  const talk = (title, said) => {
    let chat = newChat({ title, titled: true });
    let parent = /** @type {string | null} */ (null);
    for (const [i, text] of said.entries()) {
      const added = addMessage(chat, { parent, role: i % 2 ? 'assistant' : 'user', text });
      chat = added.chat;
      parent = added.message.id;
    }
    return chat;
  };
  const one = talk('One', ['q1', '# A heading\n\nand text\n\n```md\n# code\n```', 'q2', 'a2']);
  const two = talk('Two', ['only a question']);
  const back = parseImport([one, two].map(toMarkdown).join('\n'));
  assert.deepEqual(
    back.map(({ conversation: { title } }) => title),
    ['One', 'Two'],
  );
  assert.deepEqual(back.map(texts), [one, two].map(texts));
  assert.deepEqual(
    shownPath(back[0]).map(({ role }) => role),
    ['user', 'assistant', 'user', 'assistant'],
  );
  assert.deepEqual(parsePersonas(toMarkdown(one)), []);
  assert.throws(() => parseImport('# A text of mine\n\nwith words'), { code: 'import_unknown' });
});

test('Markdown comes back as it was said, even where it looks like the file’s own lines', () => {
  const said = [
    'You wrote:\n\n**You:**\n\nHello\n\n**Loquat:**',
    '    indented = code\n\nand text',
    '**You:**',
    '\\**You:**\n\\\\**Loquat:**\n  **You:**',
    'It ends with\n\n# a heading',
    '\\# and with this',
    '# only a heading',
    'line\n\n\n\nline',
  ];
  let chat = newChat({ title: 'A title\nwith a break', titled: true });
  /** @type {string | null} */
  let parent = null;
  for (const [i, text] of said.entries()) {
    /** @type {ReturnType<typeof addMessage>} */
    const added = addMessage(chat, { parent, role: i % 2 === 0 ? 'user' : 'assistant', text });
    chat = added.chat;
    parent = added.message.id;
  }
  const back = parseImport(`${toMarkdown(chat)}\n${toMarkdown(chat)}`);
  assert.equal(back.length, 2);
  for (const each of back) {
    assert.deepEqual(
      shownPath(each).map(({ text }) => text),
      said,
    );
    assert.equal(each.conversation.title, 'A title with a break');
  }
});
