// What the engine found out about a GPU, kept for the next load: it need not test and measure again. Decides nothing;
// without storage, or after a week, it is found out anew.
import { openDB } from 'idb';
import { SUBGROUPS } from './webgpu-changes.js';

const KEPT = 7 * 24 * 3600 * 1000; // ms: a driver may have been replaced that no browser names
const DATABASE = 'loquat-gpu';
const NOTES = 'notes';

/**
 * The adapter as the browser names it. Drivers are not told; they come and go with the browser's version often enough.
 * @param {GPU | undefined} [gpu] @param {string} [browser]
 * @returns {Promise<{name: string, subgroups: boolean} | undefined>} undefined: there is none
 */
export async function findAdapter(gpu = globalThis.navigator?.gpu, browser = navigator.userAgent) {
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return undefined;
  const { vendor, architecture, device, description } = adapter.info ?? {};
  const name = [vendor, architecture, device, description, browser].map((part) => part || '-').join(' | ');
  return { name, subgroups: adapter.features.has(SUBGROUPS) };
}

const open = () => openDB(DATABASE, 1, { upgrade: (db) => void db.createObjectStore(NOTES) });

/** @param {string} adapter @param {number} [now] @returns {Promise<string | undefined>} */
export async function readNotes(adapter, now = Date.now()) {
  try {
    const db = await open();
    const found = await db.get(NOTES, adapter);
    db.close();
    return found && now - found.at < KEPT ? found.text : undefined;
  } catch {
    return undefined; // a private window
  }
}

/** @param {string} adapter @param {string} text @param {number} [now] */
export async function writeNotes(adapter, text, now = Date.now()) {
  try {
    const db = await open();
    // Notes of an older version of this browser, or of another GPU, are of no use any more.
    for (const key of await db.getAllKeys(NOTES)) {
      const { at } = await db.get(NOTES, key);
      if (now - at >= KEPT) await db.delete(NOTES, key);
    }
    await db.put(NOTES, { text, at: now }, adapter);
    db.close();
  } catch {
    // It is found out again.
  }
}
