// The one error type of the weights cache and the table of its codes. Decides nothing; whoever detects a fault throws, the UI shows it.

/**
 * Every code, with the remedy a person can act on. A code never changes its meaning.
 * @type {Readonly<Record<string, string>>}
 */
export const REMEDIES = Object.freeze({
  offline: 'Check the connection and try again: what has arrived is kept and only the rest is fetched.',
  unreachable:
    'Check the address and the connection. If the server is up, it must allow this page with Access-Control-Allow-Origin, and the page’s Content-Security-Policy must list it in connect-src.',
  blocked_by_page:
    'The owner of this page must list the model’s host in connect-src of its Content-Security-Policy. Or download the file and drop it into the page.',
  cors_refused:
    'The server answers but does not let this page read the file. Ask for Access-Control-Allow-Origin there, or download the file and drop it into the page.',
  stalled: 'Try again: what has arrived is kept and only the rest is fetched.',
  forbidden:
    'The model may need a licence click or an account. Download it in a browser tab and drop the file into the page, or choose another model.',
  not_found: 'Check the address for typing errors, or choose a model of the catalog.',
  rate_limited: 'Wait until the server takes requests again, then continue: what has arrived is kept.',
  server_error: 'The server is in trouble. Try again later: what has arrived is kept.',
  http_status: 'Check the address, or choose a model of the catalog.',
  not_gguf:
    'Give the address of the GGUF file itself: on a model hub it is the “download” link, not the page about the file.',
  html_instead:
    'Give the address of the GGUF file itself: on a model hub it is the “download” link, not the page about the file. A hotel or company sign-in page can also answer in its place.',
  wrong_range: 'The server answers other bytes than were asked for. Try again later or use another address.',
  wrong_length: 'The server’s file has another size than published. Check the address or try again later.',
  compressed:
    'The host seems to compress the file on its way and hides that. It must send .gguf files without Content-Encoding; or download the file and drop it into the page.',
  truncated: 'The file ended early. Try again: what has arrived is kept and only the rest is fetched.',
  weights_changed:
    'The publisher has replaced the file. The download starts over with the new one, nothing of the old is mixed in; if it does not, load again.',
  hash_mismatch:
    'The file differs from what was published, so it was deleted. Load again; if this repeats, use another address.',
  pin_mismatch:
    'The file differs from the one first downloaded from this address. If you trust the publisher, forget the old fingerprint and load again.',
  chunk_corrupt: 'That piece alone is fetched again. If it can’t be, connect to the network and load again.',
  room_too_small:
    'Free some disk space, delete a cached model, choose a smaller one, or use this one from memory for this visit only.',
  quota_exceeded:
    'The browser’s storage is full. The model runs from memory and will be downloaded again next time; free disk space or delete a cached model to keep it.',
  storage_unavailable:
    'This browser keeps nothing (a private window, perhaps). The model runs from memory and will be downloaded again next time.',
  storage_blocked:
    'Another tab holds an older version of the storage open. Close the other tabs of this page and reload.',
  storage_newer: 'A newer version of this page has been used in this browser. Reload to get it.',
  model_busy:
    'The model is in use or being downloaded by another tab. Close that tab or wait for it to finish.',
  model_missing: 'The model is not in the cache. Load it first.',
  model_incomplete: 'The model is only partly downloaded. Load it once to the end first.',
  bad_source: 'Give an address that starts with https://, hub:owner/repo/file.gguf, or drop a .gguf file.',
  split_mismatch:
    'The parts do not belong together. Give all parts of one model, from -00001-of- to the last, in one go.',
  read_out_of_range: 'The file is shorter than its header says: load it again from a complete source.',
  closed: 'Open the model again.',
  wont_fit: 'Choose a smaller model or a shorter context.',
});

/** An error whose `code` is stable, whose message names the culprit with its numbers and whose `remedy` says what to do. */
export class CacheError extends Error {
  /**
   * @param {string} code a key of REMEDIES
   * @param {string} message
   * @param {{remedy?: string, retryable?: boolean, offer?: 'memory' | 'trust' | 'anyway', address?: string, cause?: unknown, retryAfterMs?: number, suggestion?: string}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'CacheError';
    this.code = code;
    this.remedy = more.remedy ?? REMEDIES[code] ?? '';
    /** The remedy, where it is one for this very case. */
    this.hint = more.remedy;
    /** Trying the same request again may help. */
    this.retryable = more.retryable ?? false;
    /**
     * What the page may offer instead: 'memory' means openModel(source, {storage: 'memory'}), 'trust' forgetPin(address)
     * and another load, 'anyway' openModel() without its fit.
     */
    this.offer = more.offer;
    /** Of the file that 'trust' is about. */
    this.address = more.address;
    /** The server's Retry-After, in ms. */
    this.retryAfterMs = more.retryAfterMs;
    /** The catalog id of a model that will do. */
    this.suggestion = more.suggestion;
  }
}

/** @param {AbortSignal | undefined} signal */
export function throwIfAborted(signal) {
  if (signal?.aborted) throw abortError(signal);
}

/**
 * What an aborted operation rejects with: the signal's reason when it is an error, else an AbortError.
 * @param {AbortSignal} [signal]
 * @returns {Error}
 */
export function abortError(signal) {
  if (signal?.reason instanceof Error) return signal.reason;
  return new DOMException('cancelled', 'AbortError');
}

/** 98362432 → '98.4 MB'. @param {number} bytes */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
