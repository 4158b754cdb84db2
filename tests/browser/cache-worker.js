// What the cache's browser tests run inside a page's worker: opens models and reads them whole, as the engine does.

import { Store } from '../../www/weights/store/chunk-store.js';
import { openModel } from '../../www/weights/read/open-model.js';

const CHUNK = 256 * 1024;
/** @type {Map<string, {model: import('../../www/weights/read/open-model.js').Model, seen: {notices: string[], phases: Set<string>, last: unknown}}>} */
const open = new Map();
const store = new Store({ blockedMs: 1500 });

/** @type {Record<string, (args: any) => Promise<unknown>>} */
const operations = {
  async open({ source, storage, stallMs = 20_000, attempts = 10 }) {
    /** @type {{notices: string[], phases: Set<string>, last: unknown}} */
    const seen = { notices: [], phases: new Set(), last: undefined };
    const model = await openModel(source, {
      store,
      storage,
      chunkSize: CHUNK,
      onNotice: (n) => seen.notices.push(n.code),
      onProgress: (p) => {
        seen.phases.add(p.phase);
        seen.last = p;
      },
      remote: {
        stallMs,
        retry: { attempts, baseMs: 10, capMs: 100, maxRetryAfterMs: 5000, random: Math.random },
      },
    });
    open.set('model', { model, seen });
    return { size: model.size, fromCache: model.fromCache, stored: model.stored };
  },
  async readAll({ step = 700_001 }) {
    const { model } = opened();
    const whole = new Uint8Array(model.size);
    for (let at = 0; at < model.size; at += step)
      whole.set(await model.read(at, Math.min(step, model.size - at)), at);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
    return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
  },
  read: async ({ at, length }) => Array.from(await opened().model.read(at, length)),
  done: async () => opened().model.done,
  verified: async () => opened().model.verified,
  async seen() {
    const { model, seen } = opened();
    return { stored: model.stored, notices: seen.notices, phases: [...seen.phases] };
  },
  async estimate(answer) {
    StorageManager.prototype.estimate = async () => answer;
  },
  chunks: async ({ id }) => [...(await store.chunkIndexes(id))].sort((a, b) => a - b),
  async flip({ id, index, at }) {
    const chunk = await store.getChunk(id, index);
    if (!chunk) throw new Error(`no chunk ${index}`);
    new Uint8Array(chunk.bytes)[at] ^= 1;
    await store.putChunk(id, index, chunk);
  },
};

function opened() {
  const found = open.get('model');
  if (!found) throw new Error('no model is open');
  return found;
}

addEventListener('message', async ({ data: { id, operation, args } }) => {
  try {
    postMessage({ id, value: await operations[operation](args ?? {}) });
  } catch (e) {
    const { name, message, code, remedy } = /** @type {Error & {code?: string, remedy?: string}} */ (e);
    postMessage({ id, error: { name, message, code, remedy } });
  }
});
