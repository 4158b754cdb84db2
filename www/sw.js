// The page without a network: keeps the shell's files by version, asks the network first, and never stands in its way.
// Adds the isolation headers where the host can't. Weights are not its matter: they are in IndexedDB.
/// <reference path="./globals.d.ts" />

/** Filled in by the bundler: all files beside this one, and a hash over them. */
const FILES = /** @type {string[]} */ (__SHELL_FILES__);
const VERSION = /** @type {string} */ (__SHELL_VERSION__);

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const scope = worker.registration.scope;
const PREFIX = `loquat-shell ${scope} `;
const NAME = PREFIX + VERSION;
const SLOW = 3000; // ms until a page that is kept is better than waiting

/** The wasm builds are kept when one is used; nobody needs them all. */
const precached = FILES.filter((path) => !path.startsWith('pkg/'));

worker.addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(NAME);
    await cache.addAll(precached.map((path) => new Request(new URL(path, scope), { cache: 'no-cache' })));
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener('activate', (event) => {
  const tidy = async () => {
    const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    // A tab that is still open may load a late part of the version before this one.
    const keep = new Set([NAME, ...own.filter((name) => name !== NAME).slice(-1)]);
    await Promise.all(own.filter((name) => !keep.has(name)).map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

/** @param {Request} request */
function isShell({ method, url, headers }) {
  return (
    method === 'GET' && !headers.has('range') && url.startsWith(scope) && !url.startsWith(`${scope}models/`)
  );
}

/**
 * The page may use shared memory only if every answer says so.
 * @param {Response} response
 */
function isolated(response) {
  if (response.status === 0 || response.headers.has('Cross-Origin-Embedder-Policy')) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  return new Response(status === 304 || status === 204 ? null : response.body, {
    status,
    statusText,
    headers,
  });
}

/** @param {Request} request */
async function kept(request) {
  const address = request.mode === 'navigate' ? new URL('index.html', scope).href : request;
  const options = { ignoreSearch: true, ignoreVary: true };
  const found = await (await caches.open(NAME)).match(address, options);
  if (found) return found;
  for (const name of await caches.keys()) {
    const older = name.startsWith(PREFIX)
      ? await (await caches.open(name)).match(address, options)
      : undefined;
    if (older) return older;
  }
  return undefined;
}

/** @param {Request} request @param {Response} response */
async function keep(request, response) {
  const path = new URL(request.url).href.slice(scope.length).split(/[?#]/, 1)[0];
  const ours = FILES.includes(path) || path.startsWith('pkg/');
  if (response.ok && ours) await (await caches.open(NAME)).put(request, response);
}

/** What a page had of the engine before this worker was there to keep it. @param {unknown} addresses */
async function keepToo(addresses) {
  if (!Array.isArray(addresses)) return;
  const cache = await caches.open(NAME);
  const pkg = addresses.filter((address) => String(address).startsWith(`${scope}pkg/`));
  const one = async (/** @type {string} */ address) => {
    const request = new Request(address);
    if (!(await cache.match(request))) await keep(request, await fetch(request));
  };
  await Promise.allSettled(pkg.map(one));
}

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function answer(event) {
  const { request } = event;
  // Names in chunks/ change with their content.
  const old = await kept(request).catch(() => undefined);
  if (old && request.url.startsWith(`${scope}chunks/`)) return isolated(old);
  const fresh = fetch(request).then((response) => {
    event.waitUntil(keep(request, response.clone()).catch(() => {}));
    return response;
  });
  if (!old) return isolated(await fresh);
  const late = new Promise((resolve) => setTimeout(resolve, SLOW));
  const response = await Promise.race([fresh.catch(() => undefined), late]);
  return isolated(response instanceof Response && response.status < 500 ? response : old);
}

worker.addEventListener('fetch', (event) => {
  if (isShell(event.request)) event.respondWith(answer(event));
});

worker.addEventListener('message', (event) => event.waitUntil(keepToo(event.data?.keep)));
