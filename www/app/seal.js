// Conversations under a passphrase: what is stored is encrypted with a key that is made of it and kept nowhere. Loaded by
// those who set one. Encryption is the browser's (WebCrypto): PBKDF2, then AES-GCM with a fresh nonce for every record.
import { snippetOf } from './snippet.js';

/**
 * @typedef {import('./db.js').ChatStorage} ChatStorage
 * @typedef {{nonce: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Sealed
 * @typedef {{salt: string, rounds: number, nonce: string, check: string}} Lock in base64: what tells the right passphrase from others
 */

const LOCK = 'loquat-lock';
const ROUNDS = 600_000; // as OWASP advises for PBKDF2 with SHA-256
const CHECK = 'loquat';

/** @param {Uint8Array | ArrayBuffer} bytes */
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
/** @param {string} text */
const toBytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));

/** @param {string} passphrase @param {Uint8Array<ArrayBuffer>} salt @param {number} rounds */
async function keyOf(passphrase, salt, rounds) {
  const bytes = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** @param {CryptoKey} key @param {unknown} value @returns {Promise<Sealed>} */
async function seal(key, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { nonce, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, bytes) };
}

/** @param {CryptoKey} key @param {Sealed} sealed @returns {Promise<any>} rejects where the key is another */
async function unseal(key, { nonce, data }) {
  const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, data);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @param {Storage | undefined} storage @returns {Lock | undefined} */
export function readLock(storage) {
  try {
    return JSON.parse(storage?.getItem(LOCK) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {Lock} lock @param {string} passphrase @returns {Promise<CryptoKey | undefined>} undefined: it is another one */
export async function openLock({ salt, rounds, nonce, check }, passphrase) {
  const key = await keyOf(passphrase, toBytes(salt), rounds);
  const found = await unseal(key, { nonce: toBytes(nonce), data: toBytes(check).buffer }).catch(() => '');
  return found === CHECK ? key : undefined;
}

/** A storage whose records only the key can read. What was stored before it, plainly, is read as it is. @param {ChatStorage} storage @param {CryptoKey} key @returns {ChatStorage} */
export function sealedStorage(storage, key) {
  /** @param {any} record */
  const opened = async (record) => (record?.sealed ? unseal(key, record.sealed) : record);
  const all = (/** @type {any[]} */ records) => Promise.all(records.map(opened));
  const list = async () => all(await storage.list());
  const messages = async (/** @type {string} */ id) => all(await storage.messages(id));
  return {
    ...storage,
    list,
    messages,
    async save(conversation, changed, whole = changed) {
      const sealed = new Map(
        await Promise.all(
          [...new Set([...changed, ...whole])].map(async (message) => {
            const { id, conversation } = message;
            const record = { id, conversation, sealed: await seal(key, message) };
            return /** @type {const} */ ([id, /** @type {any} */ (record)]);
          }),
        ),
      );
      const { id, updated } = conversation;
      const record = /** @type {any} */ ({ id, updated, sealed: await seal(key, conversation) });
      const of = (/** @type {{id: string}[]} */ list) => list.map((each) => sealed.get(each.id));
      await storage.save(record, of(changed), of(whole));
    },
    note: async (id) => opened(await storage.note(id)),
    setNote: async (id, value) => storage.setNote(id, { sealed: await seal(key, value) }),
    async search(text) {
      const wanted = text.toLocaleLowerCase();
      const found = new Map();
      for (const { id, title } of await list()) {
        const snippets = (await messages(id)).map((each) => snippetOf(each.text, wanted)).filter(Boolean);
        if (snippets.length > 0 || title.toLocaleLowerCase().includes(wanted))
          found.set(id, snippets[0] ?? '');
      }
      return found;
    },
  };
}

/** @param {ChatStorage} from @param {ChatStorage} to @param {readonly string[]} notes */
async function moveAll(from, to, notes) {
  for (const conversation of await from.list()) {
    const messages = await from.messages(conversation.id);
    await to.save(conversation, messages, messages);
  }
  for (const id of notes) {
    const value = await from.note(id);
    if (value !== undefined) await to.setNote(id, value);
  }
}

/** Encrypts all that is stored. @param {ChatStorage} plain @param {Storage} storage @param {string} passphrase @param {readonly string[]} notes */
export async function lock(plain, storage, passphrase, notes) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await keyOf(passphrase, salt, ROUNDS);
  const { nonce, data } = await seal(key, CHECK);
  /** @type {Lock} */
  const made = { salt: toText(salt), rounds: ROUNDS, nonce: toText(nonce), check: toText(data) };
  // First, or a page that is closed in between would not know that it has to ask.
  storage.setItem(LOCK, JSON.stringify(made));
  await moveAll(plain, sealedStorage(plain, key), notes);
}

/** Everything plainly again. @param {ChatStorage} plain @param {CryptoKey} key @param {Storage} storage @param {readonly string[]} notes */
export async function unlock(plain, key, storage, notes) {
  await moveAll(sealedStorage(plain, key), plain, notes);
  storage.removeItem(LOCK);
}
