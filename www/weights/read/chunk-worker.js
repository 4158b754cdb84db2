// The worker around checkedChunk(): a question, an answer, the bytes handed over without a copy.

import { Store } from '../store/chunk-store.js';
import { checkedChunk } from './stored-chunk.js';

const port =
  /** @type {{postMessage: (m: unknown, transfer?: Transferable[]) => void, onmessage: ((e: MessageEvent) => void) | null}} */ (
    /** @type {unknown} */ (globalThis)
  );

/** @type {Map<string, Store>} */
const stores = new Map();

/** @param {string} name */
function storeOf(name) {
  const store = stores.get(name) ?? new Store({ name });
  stores.set(name, store);
  return store;
}

/** @param {{call: number, store: string, id: string, index: number}} question */
async function answer({ call, store, id, index }) {
  try {
    const chunk = await checkedChunk(storeOf(store), id, index);
    port.postMessage({ call, chunk }, chunk?.bytes instanceof ArrayBuffer ? [chunk.bytes] : []);
  } catch (e) {
    const { code, message } = /** @type {Error & {code?: string}} */ (e);
    port.postMessage({ call, error: { code: typeof code === 'string' ? code : undefined, message } });
  }
}

// One after the other: several at once are no faster, and the first is the one that is waited for.
let before = Promise.resolve();
port.onmessage = ({ data }) => {
  before = before.then(() => answer(data));
};
