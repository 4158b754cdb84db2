// A storage under a passphrase: what is written can be read with it, and not without.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachedText, withAttached } from '../../www/app/attached.js';
import { addMessage, newChat } from '../../www/app/chat-tree.js';
import { openChats } from '../../www/app/db.js';
import { readFacts, withFacts, writeFacts } from '../../www/app/memory.js';
import { lock, openLock, readLock, sealedStorage, unlock } from '../../www/app/seal.js';

/** @returns {Storage} */
function keys() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {Storage} */ (
    /** @type {unknown} */ ({
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
      removeItem: (/** @type {string} */ key) => void kept.delete(key),
    })
  );
}

test('conversations and facts are sealed, opened by the same passphrase in any writing of it, and plain again', async () => {
  const plain = await openChats('sealed');
  const storage = keys();
  const { chat, message } = addMessage(newChat(), { parent: null, role: 'user', text: 'The SECRET is out' });
  await plain.save(chat.conversation, [message]);
  await writeFacts(plain, ['I keep a SECRET.', '  ', 'I keep a SECRET.']);
  await lock(plain, storage, 'caffé loquat', ['facts']);
  const raw = async () =>
    JSON.stringify([
      await plain.list(),
      await plain.messages(chat.conversation.id),
      await plain.note('facts'),
    ]);
  assert.doesNotMatch(await raw(), /SECRET/);
  const made = readLock(storage);
  assert.ok(made);
  assert.equal(await openLock(made, 'caffè loquat'), undefined, 'another accent is another passphrase');
  const key = await openLock(made, 'caffe\u0301 loquat'); // composed otherwise, as some keyboards do
  assert.ok(key);
  const sealed = sealedStorage(plain, key);
  assert.deepEqual(await sealed.list(), [chat.conversation]);
  assert.deepEqual(await sealed.messages(chat.conversation.id), [message]);
  assert.deepEqual(await readFacts(sealed), ['I keep a SECRET.']);
  const more = addMessage(chat, { parent: message.id, role: 'assistant', text: 'A second SECRET' });
  await sealed.save(more.chat.conversation, [more.message]);
  assert.doesNotMatch(await raw(), /SECRET/);
  assert.deepEqual([...(await sealed.search('second secret')).values()].length, 1);
  assert.equal((await sealed.search('nothing of the kind')).size, 0);
  await unlock(plain, key, storage, ['facts']);
  assert.equal(readLock(storage), undefined);
  assert.match(await raw(), /second SECRET/);
  assert.deepEqual(await plain.messages(chat.conversation.id), [message, more.message]);
});

test('texts go after the words, between fences that they can’t close', () => {
  const attached = { name: 'a.md', text: '```js\n1\n```\n', tokens: 3 };
  assert.equal(attachedText(attached), 'a.md:\n````md\n```js\n1\n```\n````');
  assert.equal(withAttached('What?', [attached]), `What?\n\n${attachedText(attached)}`);
  assert.equal(withAttached('', [attached]), attachedText(attached));
  assert.equal(withAttached('What?'), 'What?');
});

test('facts stand after the role, or change nothing', () => {
  assert.equal(withFacts('Be kind.', 'Know:', []), 'Be kind.');
  assert.equal(withFacts('Be kind.', 'Know:', ['A', 'B']), 'Be kind.\n\nKnow:\n- A\n- B');
});
