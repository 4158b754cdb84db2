// The worker around hashStored(): one question, its progress, one answer.

import { Store } from './chunk-store.js';
import { hashStored } from './verify.js';

const port =
  /** @type {{postMessage: (m: unknown) => void, onmessage: ((e: MessageEvent) => void) | null}} */ (
    /** @type {unknown} */ (globalThis)
  );

port.onmessage = async ({ data }) => {
  const store = new Store({ name: data.name });
  try {
    const result = await hashStored(store, data.id, (loaded, total) =>
      port.postMessage({ type: 'progress', loaded, total }),
    );
    port.postMessage({ type: 'done', result });
  } catch (e) {
    const error = /** @type {Error & {code?: string}} */ (e);
    port.postMessage({ type: 'error', code: error.code ?? 'storage_unavailable', message: error.message });
  } finally {
    await store.close();
  }
};
