// Texts to vectors, one after the other, so that a cancelled call ends between two. Knows no messages.

/**
 * @typedef {import('../protocol/wasm-types.js').Embedder} Embedder
 * @typedef {import('../protocol/messages.js').EmbedOptions} EmbedOptions
 * @typedef {import('../protocol/messages.js').Embeddings} Embeddings
 */

/**
 * @param {Embedder} embedder
 * @param {Array<string | ArrayLike<number>>} inputs texts, or the ids of texts
 * @param {EmbedOptions} options
 * @param {() => Promise<unknown>} pause between two inputs; throws to end
 * @returns {Promise<Embeddings>}
 */
export async function embedAll(embedder, inputs, options, pause) {
  /** @type {Embeddings} */
  const made = { vectors: [], tokens: 0 };
  for (const input of inputs) {
    await pause();
    const ids = typeof input === 'string' ? embedder.tokenize(input) : Uint32Array.from(input);
    made.vectors.push(embedder.embed(ids, options));
    made.tokens += ids.length;
  }
  return made;
}
