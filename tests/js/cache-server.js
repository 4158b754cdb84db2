// A file server that misbehaves on command, with a log of what it was asked. For the cache's tests in Node and in browsers.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

/**
 * Bytes that look like a GGUF file at their start and repeat nowhere.
 * @param {number} size @param {number} [seed]
 */
export function syntheticModel(size, seed = 1) {
  const bytes = new Uint8Array(size);
  let x = seed * 2654435761;
  for (let i = 0; i < size; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = x >>> 24;
  }
  bytes.set([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0]);
  return bytes;
}

/** @param {Uint8Array} bytes */
export const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * How a file is served; every field may be changed while the server runs.
 * @typedef {object} Behaviour
 * @property {Uint8Array} bytes
 * @property {string} [etag]
 * @property {string} [lastModified]
 * @property {boolean} [ranges] false: always the whole body with 200
 * @property {boolean} [noLength] chunked encoding
 * @property {number} [wrongLength] Content-Length says this many more bytes than are sent
 * @property {boolean} [gzip] Content-Encoding: gzip, of the whole file
 * @property {number} [cutAfter] bytes sent before the connection is destroyed, `times` times
 * @property {number} [stallAfter] bytes sent before silence, `times` times
 * @property {number} [wrongRange] answer the range so many bytes further on, `times` times
 * @property {number} [status] this status instead, `times` times
 * @property {Record<string, string>} [headers] added to every answer
 * @property {string} [html] a page with 200 instead of the file, `times` times
 * @property {string} [redirect] a redirect to this path
 * @property {number} [bytesPerSecond]
 * @property {number} [times] how often cutAfter, stallAfter, status, html, wrongRange happen; for ever without it
 * @property {boolean | 'exposed'} [cors] Access-Control-Allow-Origin: *, 'exposed': also the headers of ranges
 */

/**
 * @typedef {{method: string, path: string, range: string | undefined, ifRange: string | undefined, status: number, start: number, sent: number, ended: boolean}} Logged
 */

/** @param {Record<string, Behaviour>} files by path @param {Record<string, {type: string, body: string | Uint8Array, headers?: Record<string, string>}>} [pages] */
export async function serve(files, pages = {}) {
  /** @type {Logged[]} */
  const log = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const page = pages[path];
    if (page) {
      response.writeHead(200, { 'Content-Type': page.type, 'Cache-Control': 'no-store', ...page.headers });
      response.end(page.body);
      return;
    }
    /** @type {Logged} */
    const entry = {
      method: request.method ?? '',
      path,
      range: request.headers.range,
      ifRange: request.headers['if-range']?.toString(),
      status: 0,
      start: 0,
      sent: 0,
      ended: false,
    };
    log.push(entry);
    response.on('close', () => (entry.ended = true));
    const file = files[path];
    answer(file, request, response, entry).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    log,
    files,
    pages,
    /** Sum of body bytes sent for a path. @param {string} path */
    sent: (path) => log.filter((l) => l.path === path).reduce((n, l) => n + l.sent, 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}

/** @typedef {Awaited<ReturnType<typeof serve>>} Server */

/**
 * @param {Behaviour | undefined} file @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response @param {Logged} entry
 */
async function answer(file, request, response, entry) {
  /** @type {Record<string, string | number>} */
  const headers = { 'Cache-Control': 'no-store', ...file?.headers };
  if (file?.cors) headers['Access-Control-Allow-Origin'] = '*';
  if (file?.cors === 'exposed')
    headers['Access-Control-Expose-Headers'] = 'Content-Range, ETag, Content-Encoding, Retry-After';
  const head = (/** @type {number} */ status, /** @type {string} */ body = '') => {
    entry.status = status;
    response.writeHead(status, headers);
    response.end(body);
  };
  if (!file) return head(404, 'no such file');
  const misbehave = file.times === undefined || file.times > 0;
  const faulty = () => {
    if (file.times !== undefined) file.times--;
  };
  if (file.status && misbehave) {
    faulty();
    return head(file.status);
  }
  if (file.html && misbehave) {
    faulty();
    headers['Content-Type'] = 'text/html';
    return head(200, file.html);
  }
  if (file.redirect) {
    headers.Location = file.redirect;
    return head(302);
  }
  if (file.etag) headers.ETag = file.etag;
  if (file.lastModified) headers['Last-Modified'] = file.lastModified;
  headers['Content-Type'] = 'application/octet-stream';
  let bytes = file.bytes;
  if (file.gzip) {
    bytes = gzipSync(bytes);
    headers['Content-Encoding'] = 'gzip';
  }
  let status = 200;
  const asked = /^bytes=(\d+)-(\d+)$/.exec(entry.range ?? '');
  const stale =
    entry.ifRange !== undefined && entry.ifRange !== file.etag && entry.ifRange !== file.lastModified;
  if (asked && file.ranges !== false && !file.gzip && !stale) {
    let start = Number(asked[1]);
    if (file.wrongRange && misbehave) {
      faulty();
      start += file.wrongRange;
    }
    if (start >= bytes.length) {
      headers['Content-Range'] = `bytes */${bytes.length}`;
      return head(416);
    }
    const end = Math.min(bytes.length, Number(asked[2]) + 1);
    headers['Content-Range'] = `bytes ${start}-${end - 1}/${bytes.length}`;
    bytes = bytes.subarray(start, end);
    entry.start = start;
    status = 206;
  }
  if (!file.noLength) headers['Content-Length'] = bytes.length + (file.wrongLength ?? 0);
  entry.status = status;
  response.writeHead(status, headers);
  if (request.method === 'HEAD') return void response.end();
  let limit = bytes.length;
  if (file.cutAfter !== undefined && misbehave && file.cutAfter < limit) limit = file.cutAfter;
  if (file.stallAfter !== undefined && misbehave && file.stallAfter < limit) limit = file.stallAfter;
  if (limit < bytes.length) faulty();
  const step = file.bytesPerSecond ? Math.max(1, Math.floor(file.bytesPerSecond / 50)) : 1 << 16;
  for (let at = 0; at < limit && !response.destroyed; at += step) {
    const piece = bytes.subarray(at, Math.min(limit, at + step));
    const flowing = response.write(piece);
    entry.sent += piece.length;
    if (!flowing && !response.destroyed) await drained(response);
    if (file.bytesPerSecond) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (limit === bytes.length) response.end();
  else if (file.cutAfter !== undefined) response.socket?.destroySoon();
}

/** @param {import('node:http').ServerResponse} response */
function drained(response) {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve(undefined);
    };
    response.on('drain', go);
    response.on('close', go);
  });
}
