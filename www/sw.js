// The page without a network: keeps the shell's files by version, asks the network first, and never stands in its way.
// Adds the isolation headers where the host can't. Weights are not its matter: they are in IndexedDB.
/// <reference path="./globals.d.ts" />

/** Filled in by the bundler: all files beside this one with the SHA-256 of each, and a hash over them. */
const FILES = __SHELL_FILES__;
const VERSION = /** @type {string} */ (__SHELL_VERSION__);

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const scope = worker.registration.scope;
const PREFIX = `loquat-shell ${scope} `;
const NAME = PREFIX + VERSION;
/** Read by app/arrivals.js. */
const SHARED = 'loquat-shared';
const SLOW = 3000; // ms until a page that is kept is better than waiting

/** The wasm builds are kept when one is used; nobody needs them all. */
const precached = Object.keys(FILES).filter((path) => !path.startsWith('pkg/'));

/** What a host may rightly change: who serves the page writes its policy, the sites that may frame it, and its models. */
const EDITABLE = /\.(html|json|webmanifest)$/;
const TYPES = /** @type {Record<string, RegExp>} */ ({
  html: /^text\/html/,
  js: /javascript/,
  css: /^text\/css/,
  wasm: /^application\/(wasm|octet-stream)/,
  svg: /^image\/svg/,
  png: /^image\/png/,
});

/** @param {string} address @returns {string} the path in dist/ */
const pathOf = (address) => address.slice(scope.length).split(/[?#]/, 1)[0] || 'index.html';

/**
 * Whether an answer is the file it stands for. Hosts that send a page in place of what is missing do so with status 200.
 * @param {string} path @param {Response} response is read @param {string | undefined} hash where it is known
 */
async function isSound(path, response, hash) {
  const type = response.headers.get('Content-Type') ?? '';
  const wanted = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? /^(?!text\/html)/;
  if (!response.ok || response.redirected || !wanted.test(type)) return false;
  if (!hash || EDITABLE.test(path)) return true;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === hash;
}

/** @param {Cache} cache @param {string} path */
async function precache(cache, path) {
  const address = new URL(path, scope).href;
  // What is wrong may be so in the browser's own cache only.
  for (const how of /** @type {const} */ (['no-cache', 'reload'])) {
    const response = await fetch(address, { cache: how });
    if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
    if (await isSound(path, response.clone(), FILES[path])) return cache.put(address, response);
  }
  console.warn(`${address} is not the file that belongs here; it is not kept.`);
}

worker.addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(NAME);
    await Promise.all(precached.map((path) => precache(cache, path)));
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
 * What the page's own policy says, for the workers that it starts: they don't inherit one that stands in the page.
 * @param {FetchEvent} event @returns {Promise<string>} nothing for what a site's own pages start: they have their own
 */
async function policyFor({ request, clientId }) {
  // Firefox calls what a worker imports by the same name; who asks is then the worker, and can't be had until it runs.
  if (request.destination !== 'worker' || pathOf(request.url).startsWith('chunks/')) return '';
  const client = await worker.clients.get(clientId);
  if (client && !client.url.startsWith(scope)) return '';
  const path = !client || client.type !== 'window' ? 'index.html' : pathOf(client.url);
  if (!(path in FILES) || !path.endsWith('.html')) return '';
  const page = await kept(new Request(new URL(path, scope))).catch(() => undefined);
  const found = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec((await page?.text()) ?? '');
  return found?.[1] ?? '';
}

/**
 * The page may use shared memory only if every answer says so.
 * @param {Response} response @param {string} [wanted] the policy, where the host sends none of its own
 */
function isolated(response, wanted = '') {
  const has = response.headers.has('Cross-Origin-Embedder-Policy');
  // To Firefox, an answer that a service worker has made has no address of its own that 'self' could mean.
  const policy = response.headers.has('Content-Security-Policy')
    ? ''
    : wanted.replaceAll("'self'", `'self' ${new URL(scope).origin}`);
  // Where a redirect has led is for the browser to see: its policy looks at that, too.
  if (response.status === 0 || response.redirected || (has && !policy)) return response;
  const headers = new Headers(response.headers);
  if (!has) {
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  }
  if (policy) headers.set('Content-Security-Policy', policy);
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
  const path = request.mode === 'navigate' ? 'index.html' : pathOf(request.url);
  const options = { ignoreSearch: true, ignoreVary: true };
  const found = await soundIn(NAME, address, path, options);
  if (found) return found;
  for (const name of await caches.keys()) {
    const older =
      name.startsWith(PREFIX) && name !== NAME ? await soundIn(name, address, path, options) : undefined;
    if (older) return older;
  }
  return undefined;
}

/** What was kept wrong, by an earlier version or a damaged disk, is thrown away. @param {string} name @param {string | Request} address @param {string} path @param {CacheQueryOptions} options */
async function soundIn(name, address, path, options) {
  const cache = await caches.open(name);
  const found = await cache.match(address, options);
  // A file that another version had under this name has another hash, but not under a name that changes with it.
  const known = name === NAME || path.startsWith('chunks/');
  if (!found || (await isSound(path, found.clone(), known ? FILES[path] : undefined))) return found;
  await cache.delete(address, options);
  return undefined;
}

/** @param {Request} request @param {Response} response */
async function keep(request, response) {
  const path = pathOf(request.url);
  const ours = path in FILES || path.startsWith('pkg/');
  if (!response.ok || !ours || !(await isSound(path, response.clone(), FILES[path]))) return;
  await (await caches.open(NAME)).put(new URL(path, scope).href, response);
}

/** What a page had of the engine before this worker was there to keep it. @param {unknown} addresses */
async function keepToo(addresses) {
  if (!Array.isArray(addresses)) return;
  const cache = await caches.open(NAME);
  const pkg = addresses.filter((address) => String(address).startsWith(`${scope}pkg/`));
  const one = async (/** @type {string} */ address) => {
    const request = new Request(address);
    if (!(await cache.match(request, { ignoreSearch: true }))) await keep(request, await fetch(request));
  };
  await Promise.allSettled(pkg.map(one));
}

/** A chunk that is wrong may be so in the browser's own cache only, where hosts let it lie for a year. @param {Request} request */
async function fetchSound(request) {
  const response = await fetch(request);
  const path = pathOf(request.url);
  if (!path.startsWith('chunks/') || !response.ok || (await isSound(path, response.clone(), FILES[path])))
    return response;
  return fetch(request, { cache: 'reload' });
}

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function answer(event) {
  const { request } = event;
  const policy = await policyFor(event);
  const old = () => kept(request).catch(() => undefined);
  // Names in chunks/ change with their content.
  const chunk = request.url.startsWith(`${scope}chunks/`) ? await old() : undefined;
  if (chunk) return isolated(chunk, policy);
  const fresh = fetchSound(request).then((response) => {
    event.waitUntil(keep(request, response.clone()).catch(() => {}));
    return response;
  });
  const late = new Promise((resolve) => setTimeout(resolve, SLOW));
  const response = await Promise.race([fresh.catch(() => undefined), late]);
  const good = response instanceof Response && response.status < 500 ? response : await old();
  return isolated(good ?? (await fresh), policy);
}

/** What another app shares is laid aside for the page, which takes it when it opens. @param {Request} request */
async function takeShared(request) {
  const form = await request.formData();
  const cache = await caches.open(SHARED);
  const words = ['title', 'text', 'url'].map((name) => String(form.get(name) ?? '').trim()).filter(Boolean);
  await cache.put(new URL('shared/words', scope).href, new Response([...new Set(words)].join('\n')));
  for (const [i, file] of form.getAll('files').entries()) {
    if (typeof file === 'string') continue;
    const headers = { 'X-Name': encodeURIComponent(file.name), 'Content-Type': file.type };
    await cache.put(new URL(`shared/${i}`, scope).href, new Response(file, { headers }));
  }
  return Response.redirect(new URL('?do=shared', scope).href, 303);
}

worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'POST' && url === `${scope}share`) return event.respondWith(takeShared(event.request));
  if (isShell(event.request)) event.respondWith(answer(event));
});

worker.addEventListener('message', (event) => event.waitUntil(keepToo(event.data?.keep)));
