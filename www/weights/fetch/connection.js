// One HTTP answer read piece by piece, with a limit on silence and every failure given its code. Retries nothing.

import { CacheError, abortError } from '../../protocol/weights-error.js';
import { ifRange, rangeHeader } from './ranges.js';
import { policyViolation } from './policy.js';
import { parseRetryAfter } from './retry.js';

/** Without a byte for so long a connection counts as dead. */
export const STALL_MS = 20_000;

/**
 * @typedef {object} Ask
 * @property {string} url
 * @property {string} name for messages
 * @property {{start: number, end: number}} [range] bytes start..end-1; without it the whole file
 * @property {import('./ranges.js').Validator} [validator] of the version that is wanted
 * @property {AbortSignal} [signal]
 * @property {number} [stallMs]
 * @property {'GET' | 'HEAD'} [method]
 */

/** @param {string} url */
export function isSameOrigin(url) {
  const base = globalThis.location?.href;
  return base !== undefined && new URL(url, base).origin === new URL(base).origin;
}

export class Connection {
  #abort = new AbortController();
  #ask;
  #unlink;
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  #reader;
  /** @type {Uint8Array[]} */
  #unread = [];
  /** @type {Response} */
  response;

  /** @param {Ask} ask */
  constructor(ask) {
    this.#ask = ask;
    this.response = Response.error();
    const stop = () => this.#abort.abort(abortError(ask.signal));
    if (ask.signal?.aborted) stop();
    ask.signal?.addEventListener('abort', stop, { once: true });
    this.#unlink = () => ask.signal?.removeEventListener('abort', stop);
  }

  /** Sends the request; resolves at the headers of an answer with status 200, 206 or 416. @param {Ask} ask */
  static async open(ask) {
    const it = new Connection(ask);
    /** @type {Record<string, string>} */
    const headers = {};
    if (ask.range) headers.Range = rangeHeader(ask.range.start, ask.range.end);
    // Range alone needs no CORS preflight, If-Range does, and few hosts allow it. Elsewhere the ETag is compared instead.
    const condition =
      ask.range && ask.validator && isSameOrigin(ask.url) ? ifRange(ask.validator) : undefined;
    if (condition) headers['If-Range'] = condition;
    try {
      it.response = await it.#limited(
        fetch(ask.url, { method: ask.method ?? 'GET', headers, signal: it.#abort.signal, cache: 'no-store' }),
      );
    } catch (e) {
      it.close();
      throw e;
    }
    const { status } = it.response;
    if (status === 200 || status === 206 || status === 416) return it;
    it.close();
    throw statusError(it.response, ask.name);
  }

  /** @returns {Promise<Uint8Array | undefined>} the next piece of the body; undefined at its end */
  async read() {
    const held = this.#unread.shift();
    if (held) return held;
    if (!this.response.body) return undefined;
    this.#reader ??= this.response.body.getReader();
    const { done, value } = await this.#limited(this.#reader.read());
    if (done) this.#unlink();
    return done ? undefined : value;
  }

  /** Up to n bytes of the body's start if it has them; they will be read again. @param {number} n */
  async peek(n) {
    let head = new Uint8Array(0);
    /** @type {Uint8Array[]} */
    const pieces = [];
    while (head.length < n) {
      const piece = await this.read().catch((e) => {
        this.#unread.unshift(...pieces); // what did come is still to be read
        throw e;
      });
      if (!piece) break;
      pieces.push(piece);
      const joined = new Uint8Array(head.length + Math.min(piece.length, n));
      joined.set(head);
      joined.set(piece.subarray(0, joined.length - head.length), head.length);
      head = joined;
    }
    this.#unread.unshift(...pieces);
    return head;
  }

  close() {
    this.#unlink();
    this.#abort.abort();
    this.#reader?.cancel().catch(() => {});
  }

  /** @template T @param {Promise<T>} promise @returns {Promise<T>} */
  async #limited(promise) {
    const ms = this.#ask.stallMs ?? STALL_MS;
    const timer = setTimeout(() => {
      this.#abort.abort(
        new CacheError('stalled', `${this.#ask.name}: no byte arrived for ${ms / 1000} s.`, {
          retryable: true,
        }),
      );
    }, ms);
    try {
      return await promise;
    } catch (e) {
      if (this.#ask.signal?.aborted) throw abortError(this.#ask.signal);
      if (this.#abort.signal.reason instanceof CacheError) throw this.#abort.signal.reason;
      throw new CacheError(
        'unreachable',
        `${this.#ask.name}: the connection failed (${e instanceof Error ? e.message : e}).`,
        {
          retryable: true,
          cause: e,
        },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @param {Response} response @param {string} name @returns {CacheError} */
export function statusError(response, name) {
  const { status } = response;
  const says = `${name}: the server answered ${status}${response.statusText ? ` ${response.statusText}` : ''}.`;
  if (status === 401 || status === 403) return new CacheError('forbidden', says);
  if (status === 404 || status === 410) return new CacheError('not_found', says);
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
  if (status === 429) return new CacheError('rate_limited', says, { retryable: true, retryAfterMs });
  if (status >= 500 || status === 408 || status === 425)
    return new CacheError('server_error', says, { retryable: true, retryAfterMs });
  return new CacheError('http_status', says);
}

/**
 * fetch() says only “failed” for a server that is down, one that refuses CORS and one that this page's policy
 * forbids. A request that asks for no access tells them apart: if it gets through, the server is there.
 * @param {CacheError} error what fetch failed with @param {string} url @param {string} name @param {AbortSignal} [signal]
 * @returns {Promise<CacheError>} a clearer error
 */
export async function explain(error, url, name, signal) {
  if (error.code !== 'unreachable') return error;
  if (globalThis.navigator?.onLine === false) {
    return new CacheError('offline', `${name}: this device is offline.`, { cause: error });
  }
  if (globalThis.location === undefined || isSameOrigin(url)) return error;
  const { host } = new URL(url);
  const forbidden = policyViolation(host);
  try {
    const limit = AbortSignal.timeout(5000);
    await fetch(url, {
      method: 'HEAD',
      mode: 'no-cors',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch {
    if (!(await forbidden.seen())) return error;
    const says = `${name}: this page’s Content-Security-Policy does not allow it to connect to ${host}.`;
    return new CacheError('blocked_by_page', says, { cause: error });
  } finally {
    forbidden.stop();
  }
  return new CacheError('cors_refused', `${name}: ${host} does not allow this page to read it (CORS).`, {
    cause: error,
  });
}
