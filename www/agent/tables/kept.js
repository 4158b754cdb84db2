// What was read of tables, in IndexedDB beside the file's hash: the second opening reads nothing. Without IndexedDB (a
// private window) it lasts as long as the page.
import { openDB } from 'idb';

/** @typedef {{hash: string, name: string, bytes: Uint8Array}} Kept */
/** @typedef {{get: (hash: string) => Promise<Kept | undefined>, put: (kept: Kept) => Promise<void>, remove: (hash: string) => Promise<void>}} KeptStore */

/** @returns {KeptStore} */
function inMemory() {
  /** @type {Map<string, Kept>} */
  const all = new Map();
  return {
    get: async (hash) => all.get(hash),
    put: async (kept) => void all.set(kept.hash, kept),
    remove: async (hash) => void all.delete(hash),
  };
}

/** SHA-256, hexadecimal. @param {ArrayBuffer} bytes */
export async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} [name] @returns {Promise<KeptStore>} */
export async function openKept(name = 'loquat-tables') {
  try {
    const db = await openDB(name, 1, {
      upgrade: (fresh) => void fresh.createObjectStore('tables', { keyPath: 'hash' }),
      blocking: () => db.close(),
    });
    return {
      get: (hash) => db.get('tables', hash),
      put: async (kept) => void (await db.put('tables', kept)),
      remove: (hash) => db.delete('tables', hash),
    };
  } catch {
    return inMemory();
  }
}
