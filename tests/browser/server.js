// Serves dist/ and a model to a browser under test, with the headers of `cargo xtask serve`. It logs every request
// and misbehaves on command. Starts no browser.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** @type {{always: Record<string, string | string[]>, isolation: Record<string, string>, types: Record<string, string>}} */
const HEADERS = JSON.parse(await readFile(join(root, 'xtask/src/serve/headers.json'), 'utf8'));

/**
 * How the next answers for a path differ from good ones. Every field may be combined with `times`.
 * @typedef {object} Fault
 * @property {number} [times] only so often; without it until `faults.delete(path)`
 * @property {number} [delay] milliseconds before the answer begins
 * @property {number} [status] this status and no content
 * @property {string} [redirect] 302 to this address
 * @property {Record<string, string>} [headers] added to, or in place of, the good ones
 * @property {string} [html] a page with status 200 in place of the file
 * @property {boolean} [ranges] false: the whole file with 200, whatever was asked
 * @property {number} [cutAfter] the connection breaks after so many bytes of content
 * @property {number} [bytesPerSecond]
 */

/** @typedef {{method: string, path: string, range?: string, status: number, sent: number}} Logged `sent`: bytes of content */

/**
 * @param {object} [options]
 * @param {boolean} [options.isolation] false: without COOP and COEP
 * @param {boolean} [options.policy] false: no headers at all but those of the content, as many static hosts do it
 * @param {string} [options.dist] the built page
 * @param {Record<string, string>} [options.files] further files by path, such as '/models/x.gguf'
 */
export async function startServer({
  isolation = true,
  policy = true,
  dist = join(root, 'dist'),
  files = {},
} = {}) {
  /** @type {Logged[]} */
  const log = [];
  /** @type {Map<string, Fault>} */
  const faults = new Map();
  /** Small answers made up by a test, by path. @type {Map<string, {type: string, body: string}>} */
  const pages = new Map();

  const common = Object.fromEntries(
    Object.entries({ ...(policy ? HEADERS.always : {}), ...(isolation ? HEADERS.isolation : {}) }).map(
      ([name, value]) => [name, Array.isArray(value) ? value.join('; ') : value],
    ),
  );

  /** @param {string} path @returns {string | undefined} */
  const locate = (path) => {
    if (files[path]) return files[path];
    const file = normalize(join(dist, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(dist + sep) ? file : undefined;
  };

  /** @param {string} path the fault to apply now, if there is one left @returns {Fault} */
  const faultOf = (path) => {
    const fault = faults.get(path);
    if (fault?.times === undefined) return fault ?? {};
    if (fault.times <= 0) return {};
    fault.times -= 1;
    return fault;
  };

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const { range } = request.headers;
    const entry = { method: request.method ?? '', path, range, status: 0, sent: 0 };
    log.push(entry);
    const fault = faultOf(path);
    try {
      if (fault.delay) await sleep(fault.delay);
      const answer = await prepare(path, request.headers, fault);
      entry.status = answer.status;
      response.writeHead(answer.status, { ...common, ...answer.headers, ...fault.headers });
      if (request.method === 'HEAD' || !answer.body) return void response.end();
      await send(answer.body, response, fault, (bytes) => (entry.sent += bytes));
    } catch (error) {
      response.destroy(/** @type {Error} */ (error));
    }
  });

  /**
   * @param {string} path
   * @param {import('node:http').IncomingHttpHeaders} asked
   * @param {Fault} fault
   * @returns {Promise<{status: number, headers: Record<string, string | number>, body?: Readable}>}
   */
  async function prepare(path, asked, fault) {
    if (fault.status) return { status: fault.status, headers: {} };
    if (fault.redirect) return { status: 302, headers: { Location: fault.redirect } };
    const page = fault.html ? { type: HEADERS.types.html, body: fault.html } : pages.get(path);
    if (page) {
      const headers = { 'Content-Type': page.type, 'Cache-Control': 'no-store' };
      return { status: 200, headers, body: Readable.from([Buffer.from(page.body)]) };
    }
    const file = locate(path);
    const meta = file ? await stat(file).catch(() => undefined) : undefined;
    if (!file || !meta?.isFile()) return { status: 404, headers: { 'Cache-Control': 'no-store' } };
    const etag = `"${meta.mtimeMs.toString(16)}-${meta.size.toString(16)}"`;
    /** @type {Record<string, string | number>} */
    const headers = {
      'Content-Type': HEADERS.types[extname(file).slice(1)] ?? 'application/octet-stream',
      'Cache-Control': path.startsWith('/chunks/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Accept-Ranges': 'bytes',
      ETag: etag,
    };
    if (asked['if-none-match'] === etag) return { status: 304, headers };
    const wanted = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? '');
    const current = asked['if-range'] === undefined || asked['if-range'] === etag;
    if (!wanted || !current || fault.ranges === false) {
      return {
        status: 200,
        headers: { ...headers, 'Content-Length': meta.size },
        body: createReadStream(file),
      };
    }
    const start = Number(wanted[1]);
    const end = Math.min(wanted[2] ? Number(wanted[2]) + 1 : meta.size, meta.size);
    if (start >= end) return { status: 416, headers: { 'Content-Range': `bytes */${meta.size}` } };
    headers['Content-Range'] = `bytes ${start}-${end - 1}/${meta.size}`;
    headers['Content-Length'] = end - start;
    return { status: 206, headers, body: createReadStream(file, { start, end: end - 1 }) };
  }

  const listen = (/** @type {number} */ port) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(undefined));
    });
  const stop = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  await listen(0);
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    log,
    faults,
    pages,
    files,
    /** Requests for a path so far. @param {string} path */
    requests: (path) => log.filter((entry) => entry.path === path),
    /** Cuts all connections and refuses new ones, as a machine that is switched off. */
    stop,
    /** Back on the same port: storage in the browser belongs to it. */
    restart: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} TestServer */

/**
 * @param {Readable} body
 * @param {import('node:http').ServerResponse} response
 * @param {Fault} fault
 * @param {(bytes: number) => void} count
 */
async function send(body, response, { cutAfter = Infinity, bytesPerSecond = Infinity }, count) {
  let sent = 0;
  for await (const piece of body) {
    const part = /** @type {Buffer} */ (piece).subarray(0, cutAfter - sent);
    sent += part.length;
    count(part.length);
    if (!response.write(part) && !response.destroyed) await drained(response);
    if (response.destroyed) return void body.destroy();
    if (sent >= cutAfter) {
      // What was written has to reach the browser before the connection breaks.
      await sleep(20);
      return void response.destroy();
    }
    if (bytesPerSecond < Infinity) await sleep((part.length / bytesPerSecond) * 1000);
  }
  response.end();
}

/** @param {import('node:http').ServerResponse} response */
const drained = (response) =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve(undefined);
    };
    response.on('drain', done).on('close', done);
  });
