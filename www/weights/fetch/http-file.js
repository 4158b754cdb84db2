// One remote file: what the server says of it (size, ranges, version) and its byte ranges, retried until they arrive whole. Stores nothing, schedules nothing.

import { Connection, explain, isSameOrigin } from './connection.js';
import { CacheError, throwIfAborted } from '../../protocol/weights-error.js';
import { checkHead } from '../store/integrity.js';
import { persist } from './persist.js';
import { bodyLength, isEncoded, parseContentRange, sameVersion, totalOf416, validatorOf } from './ranges.js';
import { Gate, RETRY } from './retry.js';

/**
 * @typedef {object} RemoteOptions
 * @property {string} url
 * @property {string} name for messages
 * @property {number} [size] bytes, when published
 * @property {AbortSignal} [signal]
 * @property {Gate} [gate] shared by all requests of a model
 * @property {import('./retry.js').RetryPolicy} [retry]
 * @property {number} [stallMs]
 * @property {(why: CacheError) => void} [onWaiting] told when nothing will arrive for a while
 */

export class Remote {
  /** @type {number | undefined} bytes of the whole file */
  size;
  /** Whether the server answers ranges; decided by probe(). */
  ranged = true;
  /** The size is what another origin's Content-Length says, where a Content-Encoding that changes it may be hidden. */
  guessed = false;
  /** @type {import('./ranges.js').Validator} */
  validator = {};
  #o;
  #retry;
  gate;

  /** @param {RemoteOptions} options */
  constructor(options) {
    this.#o = options;
    this.#retry = options.retry ?? RETRY;
    this.gate = options.gate ?? new Gate();
    this.size = options.size;
  }

  get url() {
    return this.#o.url;
  }

  get name() {
    return this.#o.name;
  }

  /**
   * The first request of a download: asks for the bytes start..end-1 and learns size, ranges and version from the
   * answer. The open connection comes back, so that its body is not asked for twice.
   * @param {number} start @param {number} end @returns {Promise<Connection>}
   */
  async probe(start, end) {
    let first = true;
    return this.persist(async () => {
      try {
        return await this.#probeOnce(start, end);
      } catch (e) {
        if (!first || !(e instanceof CacheError) || e.code !== 'unreachable') throw e;
        first = false;
        // Browsers refuse a compressed answer to a range. If the whole file can be had, that is it.
        const whole = await this.#instead().catch(() => undefined);
        if (whole) return whole;
        throw await explain(e, this.url, this.name, this.#o.signal);
      }
    });
  }

  /** @param {number} start @param {number} end @returns {Promise<Connection>} */
  async #probeOnce(start, end) {
    const answer = await this.#open({ start, end });
    try {
      const { status, headers } = answer.response;
      if (status === 416) return await this.#afterRefusedRange(answer);
      if (status === 200) return await this.#whole(answer);
      const range = parseContentRange(headers.get('content-range'));
      if (isEncoded(headers) || (range && range.start !== start)) return await this.#instead(answer);
      if (start === 0) checkHead(await answer.peek(64), headers.get('content-type'), this.name);
      this.#learn(range?.total ?? (await this.#sizeByHead()), headers);
      // CORS hides Content-Range unless the server exposes it, and HEAD may not say either.
      if (this.size === undefined) return await this.#instead(answer);
      this.ranged = true;
      return answer;
    } catch (e) {
      answer.close();
      throw e;
    }
  }

  /** Gives the answer up and asks for the whole file. @param {Connection} [answer] */
  async #instead(answer) {
    answer?.close();
    return this.#whole(await this.#open());
  }

  /** @param {Connection} answer with status 200 @returns {Promise<Connection>} */
  async #whole(answer) {
    const { headers } = answer.response;
    checkHead(await answer.peek(64), headers.get('content-type'), this.name);
    const unsure = !isSameOrigin(this.url);
    const published = this.#o.size !== undefined;
    this.guessed = unsure && !published;
    this.#learn(unsure && published ? undefined : bodyLength(headers), headers);
    this.ranged = false;
    return answer;
  }

  /** @param {Connection} answer @returns {Promise<never>} */
  async #afterRefusedRange(answer) {
    const total = totalOf416(answer.response.headers.get('content-range'));
    if (this.size !== undefined && total !== undefined && total !== this.size) {
      throw new CacheError(
        'weights_changed',
        `${this.name}: the file now has ${total} bytes, it had ${this.size}.`,
      );
    }
    throw new CacheError(
      'wrong_range',
      `${this.name}: the server refused a range of the file (416, its size ${total ?? 'not said'}).`,
    );
  }

  /** Content-Length is always readable, Content-Range only where it is exposed. @returns {Promise<number | undefined>} */
  async #sizeByHead() {
    if (this.size !== undefined) return this.size;
    try {
      const answer = await Connection.open({ ...this.#o, method: 'HEAD' });
      answer.close();
      return bodyLength(answer.response.headers);
    } catch {
      throwIfAborted(this.#o.signal);
      return undefined;
    }
  }

  /** @param {number | undefined} total @param {Headers} headers */
  #learn(total, headers) {
    const found = validatorOf(headers);
    if (!sameVersion(this.validator, found)) throw this.#changed(found);
    if (total !== undefined && this.size !== undefined && total !== this.size) {
      const known = this.#o.size === this.size;
      throw new CacheError(
        known ? 'wrong_length' : 'weights_changed',
        `${this.name}: the server’s file has ${total} bytes, expected ${this.size}.`,
      );
    }
    this.size ??= total;
    this.validator = { ...found, ...this.validator };
  }

  /** @param {import('./ranges.js').Validator} found */
  #changed(found) {
    const was = this.validator.etag ?? this.validator.lastModified;
    return new CacheError(
      'weights_changed',
      `${this.name}: the file changed upstream: it was ${was}, it is ${found.etag ?? found.lastModified}.`,
    );
  }

  /** @param {{start: number, end: number}} [range] */
  #open(range) {
    const { url, name, signal, stallMs } = this.#o;
    return Connection.open({ url, name, range, validator: this.validator, signal, stallMs });
  }

  /**
   * Fills `into` with the file's bytes from `start` on. A cut connection goes on where it was cut.
   * @param {Uint8Array} into @param {number} start
   * @param {(bytes: number) => void} moved told of every piece; negative when bytes had to be dropped
   * @param {Connection} [first] an open answer from start, from probe()
   */
  async fill(into, start, moved, first) {
    let got = 0;
    let open = first;
    await this.persist(
      async () => {
        const from = start + got;
        const answer = open ?? (await this.#open({ start: from, end: start + into.length }));
        open = undefined;
        try {
          await this.#checkPart(answer, from);
          while (got < into.length) {
            await this.gate.pass(this.#o.signal); // a paused download leaves the rest in the socket
            const piece = await answer.read();
            if (!piece)
              throw new CacheError(
                'truncated',
                `${this.name}: the body ended ${into.length - got} bytes early, at byte ${start + got}.`,
                { retryable: true },
              );
            const used = piece.subarray(0, into.length - got);
            into.set(used, got);
            got += used.length;
            moved(used.length);
          }
        } finally {
          answer.close();
        }
      },
      () => got,
    );
  }

  /** @param {Connection} answer @param {number} from */
  async #checkPart(answer, from) {
    const { status, headers } = answer.response;
    // A sign-in page in the file's place says nothing about the file's version.
    if (status === 200) checkHead(await answer.peek(64), headers.get('content-type'), this.name);
    const found = validatorOf(headers);
    if (!sameVersion(this.validator, found)) throw this.#changed(found);
    if (status === 206) {
      const range = parseContentRange(headers.get('content-range'));
      if (range && range.total !== undefined && range.total !== this.size) {
        throw new CacheError(
          'weights_changed',
          `${this.name}: the file now has ${range.total} bytes, it had ${this.size}.`,
        );
      }
      if (isEncoded(headers) || (range && range.start !== from)) {
        throw new CacheError(
          'wrong_range',
          `${this.name}: asked for byte ${from}, got ${headers.get('content-range')}.`,
          { retryable: true },
        );
      }
      return;
    }
    // 200: the server stopped answering ranges. Downloads then go on with the whole body.
    throw new CacheError(
      'wrong_range',
      `${this.name}: asked for byte ${from}, got the whole file (${status}).`,
    );
  }

  /** A whole body that has another length than was said. @param {number} got bytes, so far or in all */
  otherLength(got) {
    const says = `${this.name}: ${got} bytes came, the server had said ${this.size}.`;
    if (this.guessed) return new CacheError('compressed', says);
    if (got > (this.size ?? 0)) return new CacheError('wrong_length', says);
    return new CacheError('truncated', says, { retryable: true });
  }

  /**
   * The whole body, from the start; `first` is its open answer if there is one. Checks nothing but the version.
   * @param {Connection} [first] @returns {Promise<Connection>}
   */
  async whole(first) {
    return first ?? this.#whole(await this.#open());
  }

  /**
   * Runs `once` again after failures that may pass.
   * @template T
   * @param {() => Promise<T>} once @param {() => number} [progress] grows when bytes arrived
   * @returns {Promise<T>}
   */
  persist(once, progress) {
    const { name, signal, onWaiting } = this.#o;
    return persist(once, { name, signal, onWaiting, gate: this.gate, retry: this.#retry, progress });
  }
}
