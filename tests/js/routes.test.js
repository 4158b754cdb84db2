// `/v1/…` of the site, answered by an engine of the page: both halves, the page's and the service worker's, with a browser
// between them that is made up here. In a real one: docs/api.md's example.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import OpenAI from 'openai';
import { serveRoutes } from '../../www/api/routes/routes.js';
import { httpOf } from '../../www/api/openai/http.js';
import { openAi } from '../../www/api/openai/openai.js';
import { scripted } from './openai-client.js';

const SCOPE = 'https://shop.example/';
const script = await readFile(new URL('../../www/api/routes/routes-worker.js', import.meta.url), 'utf8');

/** A browser with one page and, `installed`, a service worker that runs the script. @param {import('node:test').TestContext} t */
function browser(t, { installed = true } = {}) {
  /** @type {Record<string, (event: any) => void>} */
  const inWorker = {};
  /** @type {Set<(event: any) => void>} */
  const inPage = new Set();
  const ports = /** @type {MessagePort[]} */ ([]);
  class Channel extends MessageChannel {
    constructor() {
      super();
      ports.push(/** @type {any} */ (this.port1), /** @type {any} */ (this.port2));
    }
  }
  const page = {
    id: 'page',
    postMessage: (/** @type {unknown} */ data, /** @type {unknown[]} */ given) =>
      inPage.forEach((listen) => listen({ data: structuredClone(data), ports: given })),
  };
  const self = {
    registration: { scope: SCOPE },
    clients: { matchAll: async () => [page], claim: async () => {} },
    addEventListener: (/** @type {string} */ name, /** @type {any} */ listen) => (inWorker[name] = listen),
  };
  const globals = { self, URL, Response, ReadableStream, MessageChannel: Channel, TypeError, setTimeout };
  if (installed) runInNewContext(script, globals);
  const active = {
    postMessage: (/** @type {unknown} */ data, /** @type {unknown[]} */ given) =>
      inWorker.message?.({ data, ports: given, waitUntil: () => {} }),
  };
  const registration = installed ? { scope: SCOPE, active } : undefined;
  const before = globalThis.MessageChannel;
  globalThis.MessageChannel = Channel;
  Object.defineProperty(globalThis, 'navigator', {
    configurable: true,
    value: {
      serviceWorker: {
        ready: Promise.resolve(registration),
        controller: active,
        getRegistration: async () => registration,
        register: async () => registration,
        startMessages: () => {},
        addEventListener: (/** @type {string} */ _, /** @type {any} */ listen) => inPage.add(listen),
        removeEventListener: (/** @type {string} */ _, /** @type {any} */ listen) => inPage.delete(listen),
      },
    },
  });
  t.after(() => {
    globalThis.MessageChannel = before;
    Reflect.deleteProperty(globalThis, 'navigator');
    for (const port of ports) port.close();
  });
  /** As the browser does it: what the worker does not answer goes to the server. @param {RequestInfo | URL} input @param {RequestInit} [init] */
  return async (input, init) => {
    const request = new Request(input, init);
    /** @type {Promise<Response> | undefined} */
    let answer;
    inWorker.fetch?.({
      request,
      clientId: 'page',
      respondWith: (/** @type {Promise<Response>} */ given) => (answer = given),
    });
    return answer ?? new Response('from the server');
  };
}

/** @type {OpenAI.Chat.ChatCompletionMessageParam[]} */
const messages = [{ role: 'user', content: 'Hello' }];
const engineOf = (/** @type {Parameters<typeof scripted>} */ ...script) => ({
  fetch: /** @type {typeof fetch} */ (httpOf(openAi(scripted(...script), { id: 'tiny', created: 1 }))),
});

test('the official client is answered under /v1, whole, streamed and with its errors', async (t) => {
  const fetch = browser(t);
  const { base, stop } = await serveRoutes(engineOf(['Hel', 'lo', '!']));
  assert.equal(base, `${SCOPE}v1`);
  const openai = new OpenAI({ apiKey: '-', baseURL: base, fetch, maxRetries: 0 });
  const whole = await openai.chat.completions.create({ model: 'x', messages });
  assert.equal(whole.choices[0].message.content, 'Hello!');
  const pieces = [];
  for await (const chunk of await openai.chat.completions.create({ model: 'x', messages, stream: true }))
    pieces.push(chunk.choices[0]?.delta.content ?? '');
  assert.deepEqual(pieces.filter(Boolean), ['Hel', 'lo', '!']);
  assert.deepEqual((await openai.models.list()).data.length, 1);
  await assert.rejects(
    openai.chat.completions.create({ model: 'x', messages: [] }),
    (/** @type {any} */ error) => error.status === 400 && error.code !== undefined,
  );
  assert.equal(await (await fetch(`${SCOPE}v2/models`)).text(), 'from the server');
  assert.equal(await (await fetch('https://elsewhere.example/v1/models')).text(), 'from the server');
  stop();
});

test('who aborts stops the engine', async (t) => {
  const fetch = browser(t);
  /** @type {AbortSignal | undefined} */
  let seen;
  const engine = {
    fetch: /** @type {typeof globalThis.fetch} */ (
      async (_, init) => {
        seen = init?.signal ?? undefined;
        return new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([1])) }));
      }
    ),
  };
  const { stop } = await serveRoutes(engine);
  const { body } = await fetch(`${SCOPE}v1/completions`, { method: 'POST', body: '{}' });
  assert.ok(body);
  const reader = body.getReader();
  assert.deepEqual([...((await reader.read()).value ?? [])], [1]);
  await reader.cancel();
  for (let i = 0; i < 100 && !seen?.aborted; i++) await sleep(10);
  assert.equal(seen?.aborted, true);
  stop();
});

test('it is off: no page that serves is an error that says so, and so is no worker', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fetch = browser(t);
  const { stop } = await serveRoutes(engineOf(['x']));
  stop();
  const asked = fetch(`${SCOPE}v1/models`);
  let over = false;
  void asked.then(() => (over = true));
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  const response = await asked;
  assert.equal(response.status, 503);
  const { error } = await response.json();
  assert.equal(error.code, 'no_engine');
  assert.match(error.remedy, /serveRoutes/);
});

test('a site without a service worker is told', async (t) => {
  browser(t, { installed: false });
  await assert.rejects(
    serveRoutes(engineOf(['x'])),
    (/** @type {any} */ error) =>
      error.code === 'no_service_worker' && /routes-worker\.js/.test(error.remedy),
  );
});
