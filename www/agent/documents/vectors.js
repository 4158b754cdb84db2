// Vectors of passages and questions, where an encoder is there: search works without them, and better with them. They are
// made in the background, a few passages at a time, so that a question never waits for more than those.

/**
 * @typedef {{call: (method: string, ...given: unknown[]) => Promise<any>}} Collection the wasm module's documents
 * @typedef {(texts: string[], options?: {signal?: AbortSignal}) => Promise<Float32Array[]>} Encode
 * @typedef {import('./kept.js').KeptStore} KeptStore
 * @typedef {{name: string, encode: Encode}} Encoder `name`: vectors of another encoder are of no use
 */

/** Passages that are encoded with one call. */
const AT_ONCE = 2;

/** An encoder in a slot of the engine. @param {import('../../engine/client.js').EngineClient} slot @returns {Encode} */
export const encodeWith =
  (slot) =>
  async (texts, options = {}) =>
    (await slot.embed(texts, options)).vectors;

/**
 * The vector of a question; undefined where it can't be had, since words alone find too.
 * @param {Collection} collection @param {string} question @param {Encode | undefined} encode @param {AbortSignal} [signal]
 * @returns {Promise<Float32Array | undefined>}
 */
export async function questionVector(collection, question, encode, signal) {
  if (!encode) return undefined;
  try {
    const text = await collection.call('encoded_question', question);
    const [vector] = await encode([text], signal ? { signal } : {});
    return vector;
  } catch (error) {
    signal?.throwIfAborted();
    console.warn('No vector of the question:', error);
    return undefined;
  }
}

/**
 * Gives all passages their vectors.
 * @param {Collection} collection @param {Encode} encode
 * @param {{signal?: AbortSignal, progress?: (done: number) => void}} [options] `progress` hears how many are made
 * @returns {Promise<number>} how many were made
 */
export async function fillVectors(collection, encode, { signal, progress } = {}) {
  const made = new Set();
  let refused = 0; // a text that has no direction stays among those without a vector
  for (;;) {
    signal?.throwIfAborted();
    /** @type {[number, string][]} */
    const missing = JSON.parse(await collection.call('without_vectors', refused + AT_ONCE));
    const next = missing.filter(([passage]) => !made.has(passage));
    if (next.length === 0 && missing.length < refused + AT_ONCE) return made.size;
    refused = missing.length - next.length;
    if (next.length === 0) continue;
    const vectors = await encode(
      next.map(([, text]) => text),
      signal ? { signal } : {},
    );
    const width = vectors[0]?.length ?? 0;
    const all = new Float32Array(vectors.length * width);
    vectors.forEach((vector, n) => all.set(vector, n * width));
    await collection.call(
      'set_vectors',
      Uint32Array.from(next, ([passage]) => passage),
      all,
    );
    for (const [passage] of next) made.add(passage);
    progress?.(made.size);
  }
}

/** Passages after whose vectors all that there are are kept. */
const KEPT_EVERY = 100;

/** The vectors of one collection after the other, with what is kept of them. */
export function createVectors() {
  /** @type {Encoder | undefined} */
  let encoder;
  /** @type {AbortController | undefined} */
  let filling;

  /**
   * Keeps the vectors that there are, beside what was read.
   * @param {Collection} all @param {readonly {hash: string}[]} attached @param {KeptStore} kept @param {string} name
   */
  async function keep(all, attached, kept, name) {
    for (const [n, { hash }] of attached.entries()) {
      const bytes = await all.call('vectors_of', n);
      const found = await kept.get('documents', hash);
      if (found) await kept.put('documents', { ...found, vectors: { encoder: name, bytes } });
    }
  }

  return {
    /** @param {Encoder | undefined} next */
    use(next) {
      encoder = next;
    },

    inUse: () => encoder !== undefined,

    /**
     * Gives a collection the vectors that were kept, and makes the others in the background.
     * @param {Collection} all @param {readonly {hash: string}[]} attached in the order of the collection
     * @param {KeptStore} kept
     */
    async begin(all, attached, kept) {
      filling?.abort();
      if (!encoder) return;
      const { name, encode } = encoder;
      for (const [n, { hash }] of attached.entries()) {
        const { vectors } = (await kept.get('documents', hash)) ?? {};
        if (vectors?.encoder === name) await all.call('set_vectors_of', n, vectors.bytes);
      }
      const { signal } = (filling = new AbortController());
      const progress = (/** @type {number} */ done) => {
        if (done % KEPT_EVERY < AT_ONCE && !signal.aborted) keep(all, attached, kept, name).catch(() => {}); // it is made again
      };
      fillVectors(all, encode, { signal, progress })
        .then(async (made) => {
          if (made > 0) await keep(all, attached, kept, name);
        })
        .catch((error) => {
          if (!signal.aborted) console.warn('No vectors of the documents:', error);
        });
    },

    stop() {
      filling?.abort();
    },

    /** @param {Collection} all @param {string} question */
    question: (all, question) => questionVector(all, question, encoder?.encode),
  };
}
