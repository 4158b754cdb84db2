// Sentence embeddings of OpenAI's shape, where the model is an encoder.
import { ApiError, invalidRequest } from './openai-errors.js';

/** @param {ArrayLike<number>} vector @returns {string} little-endian f32 in base64, what the official client asks for */
function base64(vector) {
  const bytes = new Uint8Array(Float32Array.from(vector).buffer);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/**
 * @param {import('./openai.js').Client} client
 * @param {string} model
 * @param {import('./openai-types.js').EmbeddingRequest} request
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<import('./openai-types.js').EmbeddingResponse>}
 */
export async function embeddings(client, model, { input, encoding_format, dimensions }, { signal } = {}) {
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0 || texts.some((text) => typeof text !== 'string')) {
    throw invalidRequest('input', 'input must be a text or a list of texts.', 'Send strings, not token ids.');
  }
  if (!client.embed) {
    throw new ApiError(400, {
      message: `The model ${model} writes text; it makes no embeddings.`,
      type: 'invalid_request_error',
      param: 'model',
      code: 'not_an_encoder',
      remedy: 'Load an encoder, such as a BERT model for sentence embeddings, as GGUF.',
    });
  }
  const { vectors, tokens } = await client.embed(texts, { signal });
  const size = vectors[0]?.length;
  if (dimensions !== undefined && dimensions !== size) {
    const message = `dimensions is ${dimensions}; the vectors of ${model} have ${size}.`;
    throw invalidRequest('dimensions', message, 'Leave dimensions out.');
  }
  const data = vectors.map((vector, index) => ({
    object: /** @type {const} */ ('embedding'),
    index,
    // The official types say number[] for both encodings.
    embedding: encoding_format === 'base64' ? /** @type {any} */ (base64(vector)) : Array.from(vector),
  }));
  return { object: 'list', model, data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}
