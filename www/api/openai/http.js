// OpenAI's API as HTTP: a `fetch` that answers a Request by the engine, for the official client and whatever else speaks
// it. Paths end as OpenAI's do; where they begin, and what key is sent, is all the same. Nothing leaves the page.
import { isAbort } from '../../protocol/messages.js';
import { invalidRequest, toApiError } from './api-error.js';
import { responseEvents, responses } from './responses.js';

/** @typedef {import('./openai.js').OpenAiApi} OpenAiApi */

const encoder = new TextEncoder();

/** Server-sent events, as each API of OpenAI's ends and names them. @param {AsyncIterable<object>} events @param {{named?: boolean}} [how] @returns {AsyncGenerator<string, void, void>} */
async function* asLines(events, { named = false } = {}) {
  try {
    for await (const event of events) {
      const { type } = /** @type {{type?: string}} */ (event);
      yield `${named ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    const { error: body } = /** @type {import('./api-error.js').ApiError} */ (toApiError(error));
    // The headers have gone out: OpenAI sends an event then.
    yield `${named ? 'event: error\n' : ''}data: ${JSON.stringify(named ? { ...body, type: 'error' } : { error: body })}\n\n`;
  }
  if (!named) yield 'data: [DONE]\n\n';
}

/** @param {AsyncGenerator<string, void, void>} lines */
function streamed(lines) {
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.error(error);
      }
    },
    cancel: async () => void (await lines.return(undefined)),
  });
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

/** @param {unknown} value @param {number} [status] */
const json = (value, status = 200) => Response.json(value, { status });

/** @param {Request} request @returns {Promise<any>} */
async function bodyOf(request) {
  const text = await request.text();
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw invalidRequest('body', 'The body is no JSON object.', 'Send JSON.');
}

/** @param {string} method @param {string} path */
const unknownPath = (method, path) =>
  json(
    {
      error: {
        message: `There is no ${method} ${path} here.`,
        type: 'invalid_request_error',
        param: null,
        code: 'unknown_url',
        remedy:
          'There are chat/completions, completions, responses, embeddings and moderations (POST), and models (GET).',
      },
    },
    404,
  );

/**
 * @param {OpenAiApi} api
 * @returns {(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>} resolves with OpenAI's errors, too; rejects only for whoever aborts
 */
export function httpOf(api) {
  /** @type {Record<string, (body: any, signal: AbortSignal) => Promise<Response>>} */
  const posts = {
    async 'chat/completions'(body, signal) {
      const made = await api.chat.completions.create(body, { signal });
      return body.stream ? streamed(asLines(/** @type {AsyncIterable<object>} */ (made))) : json(made);
    },
    async completions(body, signal) {
      const made = await api.completions.create(body, { signal });
      return body.stream ? streamed(asLines(/** @type {AsyncIterable<object>} */ (made))) : json(made);
    },
    async responses(body, signal) {
      if (body.stream) return streamed(asLines(await responseEvents(api, body, signal), { named: true }));
      return json(await responses(api, body, signal));
    },
    embeddings: async (body, signal) => json(await api.embeddings.create(body, { signal })),
    moderations: async (body) => json(await api.moderations.create(body)),
  };

  return async (input, init) => {
    const request = new Request(input instanceof Request ? input : new URL(input, BASE), init);
    const { pathname } = new URL(request.url);
    const { method, signal } = request;
    signal.throwIfAborted();
    try {
      const models = /\/models(?:\/(.+))?$/.exec(pathname);
      if (models && method === 'GET') {
        const list = await api.models.list();
        if (!models[1]) return json(list);
        const id = decodeURIComponent(models[1]);
        const found = list.data.find((model) => model.id === id);
        if (found) return json(found);
        const message = `The model ${JSON.stringify(id)} is not loaded.`;
        throw Object.assign(invalidRequest('model', message, 'Ask for the list.', 'model_not_found'), {
          status: 404,
        });
      }
      const name = Object.keys(posts).find((path) => pathname.endsWith(`/${path}`));
      if (!name || method !== 'POST') return unknownPath(method, pathname);
      return await posts[name](await bodyOf(request), signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) throw signal.aborted ? signal.reason : error;
      const shaped = /** @type {import('./api-error.js').ApiError} */ (toApiError(error));
      return json({ error: shaped.error }, shaped.status);
    }
  };
}

/** What a path without a host is relative to; the host is never asked. */
const BASE = globalThis.location?.href ?? 'http://localhost/';
