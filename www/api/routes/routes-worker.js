// For a site's service worker: requests under `/v1/` go to a page that serves them (routes.js). A classic script without
// imports, because the site's worker may be one: `importScripts('/loquat/routes-worker.js')`.
/// <reference lib="webworker" />
(() => {
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const ROUTES = 'loquat-routes-1'; // as in routes.js
  const PATIENCE = 5000; // ms for a page to say that it serves; how long it then takes is its own affair
  const base = new URL('v1/', worker.registration.scope).href;

  /** @param {string} message @param {string} remedy */
  const refused = (message, remedy) =>
    Response.json(
      { error: { message, type: 'server_error', param: null, code: 'no_engine', remedy } },
      { status: 503 },
    );

  /** @param {Request} request */
  async function asked(request) {
    const { url, method } = request;
    const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer();
    return { [ROUTES]: { url, method, headers: [...request.headers], body } };
  }

  /** The first of all pages that says it serves. @param {FetchEvent} event @returns {Promise<MessagePort | undefined>} */
  async function serving({ request, clientId }) {
    const pages = [...(await worker.clients.matchAll({ type: 'window' }))];
    pages.sort((a, b) => Number(b.id === clientId) - Number(a.id === clientId));
    const question = await asked(request);
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      const mine = await new Promise((resolve) => {
        port1.onmessage = ({ data }) => resolve(data.mine === true);
        setTimeout(resolve, PATIENCE / pages.length, false);
        page.postMessage(question, [port2]);
      });
      if (mine) return port1;
      port1.close();
    }
    return undefined;
  }

  /** @param {MessagePort} port @param {AbortSignal} signal @returns {Promise<Response>} */
  function answered(port, signal) {
    return new Promise((resolve, reject) => {
      /** @type {ReadableStreamDefaultController<Uint8Array>} */
      let controller;
      const abort = () => port.postMessage({ abort: true });
      const body = new ReadableStream({ start: (given) => void (controller = given), cancel: abort });
      signal.addEventListener('abort', abort);
      port.onmessage = ({ data }) => {
        if (data.chunk) return controller.enqueue(data.chunk);
        if (data.status) return resolve(new Response(body, { status: data.status, headers: data.headers }));
        port.close();
        if (data.done) return controller.close();
        const error = new TypeError(data.failed);
        controller.error(error);
        reject(error);
      };
    });
  }

  /** @param {FetchEvent} event */
  async function answer(event) {
    const port = await serving(event);
    if (port) return answered(port, event.request.signal);
    return refused(
      'No page of this site has an engine that serves this address.',
      'Open a page that calls serveRoutes(engine).',
    );
  }

  worker.addEventListener('fetch', (event) => {
    if (event.request.url.startsWith(base) && event.request.mode !== 'navigate')
      event.respondWith(answer(event));
  });
  worker.addEventListener('message', (event) => {
    if (event.data?.[ROUTES] !== 'claim') return;
    event.waitUntil(worker.clients.claim().then(() => event.ports[0]?.postMessage(true)));
  });
})();
