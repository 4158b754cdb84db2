// Sentence embeddings of OpenAI's shape, where the model is an encoder.
import { invalidRequest } from './api-error.js';

/** @param {ArrayLike<number>} vector @returns {string} little-endian f32 in base64, what the official client asks for */
function base64(vector) {
  const bytes = new Uint8Array(Float32Array.from(vector).buffer);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** @param {unknown} value @returns {value is number[]} */
const isIds = (value) => Array.isArray(value) && value.length > 0 && value.every(Number.isInteger);

/** @param {import('../../protocol/openai-types.js').EmbeddingRequest['input']} input @returns {Array<string | number[]>} */
function inputsOf(input) {
  /** @type {unknown[]} */
  const inputs = typeof input === 'string' || isIds(input) ? [input] : input;
  if (Array.isArray(inputs) && inputs.length > 0) {
    const bad = inputs.findIndex((each) => !isIds(each) && (typeof each !== 'string' || each === ''));
    if (bad < 0) return /** @type {Array<string | number[]>} */ (inputs);
    const message = `input[${bad}] is ${JSON.stringify(inputs[bad])}; it must be a text, or the ids of one.`;
    throw invalidRequest('input', message, 'Leave empty texts out.');
  }
  throw invalidRequest('input', 'input is no text, list of texts, or list of ids.', 'Send what to embed.');
}

/**
 * @param {import('./openai.js').Client} client
 * @param {string} model
 * @param {import('../../protocol/openai-types.js').EmbeddingRequest} request
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<import('../../protocol/openai-types.js').EmbeddingResponse>}
 */
export async function embeddings(client, model, { input, encoding_format, dimensions }, { signal } = {}) {
  const { vectors, tokens } = await client.embed(inputsOf(input), signal ? { signal } : {});
  const size = vectors[0]?.length;
  if (typeof dimensions === 'number' && dimensions !== size) {
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
