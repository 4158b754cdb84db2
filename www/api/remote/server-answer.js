// What a server answered: events of a stream or one JSON document. Whatever else comes (an error with status 200, a web page, an
// end in the middle) is an error that says what came.
import { ApiError } from '../openai/api-error.js';

const SHOWN = 200; // characters of what came

/** @param {string} message @param {Partial<import('../openai/api-error.js').ErrorBody>} [more] @param {number} [status] */
function remoteError(message, more = {}, status = 500) {
  return new ApiError(status, {
    message,
    type: status < 500 ? 'invalid_request_error' : 'server_error',
    param: null,
    code: 'remote_error',
    remedy: status < 500 ? 'Check the address, the key and the model of the server.' : 'Try again.',
    ...more,
  });
}

/** Of whatever shape: `{error: {message}}`, `{error: "text"}`, `{message}`, `{detail}`. @param {any} body @param {string} otherwise @param {number} [status] */
function errorOf(body, otherwise, status) {
  const given = body?.error ?? body ?? {};
  const { message, type, param, code } = typeof given === 'object' ? given : { message: given };
  const detail = typeof body?.detail === 'string' ? body.detail : undefined;
  return remoteError(
    String(message ?? detail ?? otherwise),
    { ...(type ? { type } : {}), ...(param ? { param } : {}), ...(code ? { code: String(code) } : {}) },
    status,
  );
}

/** @param {string} text */
const shown = (text) => {
  const short = text.replace(/\s+/g, ' ').trim();
  return short === '' ? 'nothing' : `“${short.slice(0, SHOWN)}${short.length > SHOWN ? '…' : ''}”`;
};

/** @param {Response} response with a status that is an error */
export async function failed(response) {
  const text = await response.text().catch(() => '');
  const { status, url } = response;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return remoteError(`${url} answered ${status}: ${shown(text)}.`, {}, status);
  }
  return errorOf(body, `${url} answered ${status}.`, status);
}

/** @param {Response} response @param {(body: any) => boolean} isRight @returns {Promise<any>} */
export async function jsonOf(response, isRight) {
  return rightJson(await response.text(), response.url, isRight);
}

/** @param {string} text @param {string} url @param {(body: any) => boolean} isRight */
function rightJson(text, url, isRight) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw remoteError(`${url} answered with something else than JSON: ${shown(text)}.`);
  }
  if (body?.error) throw errorOf(body, `${url} answered with an error.`);
  if (!isRight(body)) throw remoteError(`${url} answered with JSON that is no such answer: ${shown(text)}.`);
  return body;
}

/** Server-sent events. Source: HTML, 9.2.6. @param {ReadableStream<Uint8Array>} body @returns {AsyncGenerator<{event: string, data: string}, void, void>} */
export async function* serverEvents(body) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = '';
  let event = '';
  /** @type {string[]} */
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += value ?? '';
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      if (done) lines.push(rest, '');
      for (const line of lines) {
        const [, field, text] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (field === 'data') data.push(text ?? '');
        else if (field === 'event') event = text ?? '';
        else if (line === '') {
          if (data.length > 0) yield { event, data: data.join('\n') };
          event = '';
          data = [];
        }
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A whole answer, from a server that does not stream, as the one chunk of a stream. @param {any} body */
const asChunk = (body) => ({
  ...body,
  choices: body.choices.map((/** @type {any} */ { message, ...choice }) =>
    message ? { ...choice, delta: message } : choice,
  ),
});

/**
 * The chunks of a streamed answer; those that carry nothing are skipped.
 * @param {Response} response @returns {AsyncGenerator<any, void, void>}
 */
export async function* chunksOf(response) {
  const { url, body } = response;
  const type = response.headers.get('Content-Type') ?? '';
  if (/json|html/i.test(type) && !/ndjson|event-stream/i.test(type)) {
    yield asChunk(await jsonOf(response, (whole) => Array.isArray(whole?.choices)));
    return;
  }
  let ended = false;
  let any = false;
  for await (const { event, data } of body ? serverEvents(body) : []) {
    any = true;
    if (data.trim() === '[DONE]') return;
    const chunk =
      event === 'error' && !data.trim().startsWith('{') ? { error: data } : rightJson(data, url, () => true);
    if (event === 'error') throw errorOf(chunk, `${url} ended its answer with an error.`);
    const choices = (Array.isArray(chunk?.choices) ? chunk.choices : []).filter(
      (/** @type {any} */ choice) =>
        choice && (choice.delta || typeof choice.text === 'string' || choice.finish_reason),
    );
    ended ||= choices.some((/** @type {any} */ choice) => choice.finish_reason);
    if (choices.length === 0 && !chunk?.usage) continue;
    yield {
      ...chunk,
      choices: choices.map((/** @type {any} */ choice) =>
        'text' in choice ? choice : { ...choice, delta: choice.delta ?? {} },
      ),
    };
  }
  if (!any) throw remoteError(`${url} answered with no event of a stream (${type || 'no type'}).`);
  if (!ended) throw remoteError(`${url} ended in the middle of an answer.`);
}
