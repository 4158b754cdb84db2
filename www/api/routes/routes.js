// OpenAI's API under an address of the site, `/v1/…`, answered by an engine of this page: what the site's service worker
// asks (routes-worker.js), `engine.fetch` answers. Off until a page calls this, and over when it stops or goes.
import { LoquatError } from '../../protocol/messages.js';

/** @typedef {{fetch: typeof globalThis.fetch}} Answering an engine */
/** @typedef {{url: string, method: string, headers: [string, string][], body: ArrayBuffer | null}} Asked */

/** The service worker and pages of one version know each other by it. */
export const ROUTES = 'loquat-routes-1';

/** @param {Answering} engine @param {Asked} asked @param {MessagePort} port */
async function answer(engine, { url, method, headers, body }, port) {
  const abort = new AbortController();
  port.onmessage = () => abort.abort();
  try {
    const { signal } = abort;
    const response = await engine.fetch(new Request(url, { method, headers, body }), { signal });
    port.postMessage({ status: response.status, headers: [...response.headers] });
    if (response.body)
      for (const reader = response.body.getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) break;
        port.postMessage({ chunk: value });
      }
    port.postMessage({ done: true });
  } catch (error) {
    port.postMessage({ failed: String(/** @type {Error} */ (error)?.message ?? error) });
  }
}

const PATIENCE = 15_000; // ms: an old worker's install, or one that knows nothing of us, is not waited for longer

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
function within(promise) {
  const late = new LoquatError(
    'no_service_worker',
    'The service worker of this site does not answer.',
    'See in the browser’s tools whether it is installed, and has the package’s routes-worker.js in it.',
  );
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, PATIENCE, late))]);
}

/** Has the worker take this page, which it does not on a first visit, and say that it has. @param {ServiceWorker} worker @returns {Promise<boolean>} */
function hello(worker) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true);
    worker.postMessage({ [ROUTES]: 'claim' }, [port2]);
  });
}

/**
 * Answers what pages of this site ask under `/v1/`, beside the service worker, by this engine. Needs a service worker of the
 * site in which `routes-worker.js` runs.
 * @param {Answering} engine
 * @param {{worker?: string | URL, scope?: string}} [options] `worker`: the script to register, if the site does not do so itself
 * @returns {Promise<{base: string, stop: () => void}>} `base`: what clients call `baseURL`
 */
export async function serveRoutes(engine, { worker, scope } = {}) {
  const { serviceWorker } = navigator;
  if (!serviceWorker)
    throw new LoquatError(
      'engine_unsupported',
      'There are no service workers here, which answer under /v1/.',
      'Serve the page over HTTPS or from localhost; `engine.fetch` works anywhere.',
    );
  const registration = worker
    ? await serviceWorker.register(worker, scope ? { scope } : {})
    : await serviceWorker.getRegistration();
  const active = registration && (await within(serviceWorker.ready)).active;
  if (!active || !(await within(hello(active))))
    throw new LoquatError(
      'no_service_worker',
      'No service worker of this site answers under /v1/.',
      'Have it `importScripts` the package’s routes-worker.js, or name that script as `worker`.',
    );
  // The browser tells the page a moment after the worker has taken it.
  if (!serviceWorker.controller)
    await within(
      new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true })),
    );
  /** @param {MessageEvent} event */
  const listen = ({ data, ports: [port] }) => {
    if (data?.[ROUTES] && port) {
      port.postMessage({ mine: true });
      void answer(engine, data[ROUTES], port);
    }
  };
  serviceWorker.addEventListener('message', listen);
  serviceWorker.startMessages();
  return {
    base: new URL('v1', registration.scope).href,
    stop: () => serviceWorker.removeEventListener('message', listen),
  };
}
