// HTTP range requests: what is asked for and what the headers of an answer promise. No fetching.

/** @param {number} start first byte @param {number} end one past the last byte */
export function rangeHeader(start, end) {
  return `bytes=${start}-${end - 1}`;
}

/**
 * `Content-Range: bytes 0-99/1000`. A star (unknown) gives undefined.
 * @param {string | null} value
 * @returns {{start: number, end: number, total: number | undefined} | undefined} bytes start..end-1
 */
export function parseContentRange(value) {
  const m = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(value ?? '');
  if (!m) return undefined;
  const start = Number(m[1]);
  const end = Number(m[2]) + 1;
  const total = m[3] === '*' ? undefined : Number(m[3]);
  if (!Number.isSafeInteger(end) || end <= start || (total !== undefined && end > total)) return undefined;
  return { start, end, total };
}

/**
 * The total of a 416 answer's `Content-Range: bytes *\/1000`.
 * @param {string | null} value
 * @returns {number | undefined}
 */
export function totalOf416(value) {
  const m = /^\s*bytes\s+\*\/(\d+)\s*$/i.exec(value ?? '');
  return m ? Number(m[1]) : undefined;
}

/**
 * Whether the body is the file's own bytes: a range of a compressed body is useless, its length another one.
 * @param {Headers} headers
 */
export function isEncoded(headers) {
  const encoding = (headers.get('content-encoding') ?? '').trim().toLowerCase();
  return encoding !== '' && encoding !== 'identity';
}

/** @param {Headers} headers @returns {number | undefined} bytes of an uncompressed whole body */
export function bodyLength(headers) {
  if (isEncoded(headers)) return undefined;
  const value = headers.get('content-length');
  if (value === null || !/^\s*\d+\s*$/.test(value)) return undefined;
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : undefined;
}

/**
 * What identifies this version of the upstream file. Both are undefined when the server (or CORS) hides them.
 * @typedef {{etag?: string, lastModified?: string}} Validator
 */

/** @param {Headers} headers @returns {Validator} */
export function validatorOf(headers) {
  /** @type {Validator} */
  const v = {};
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  if (etag) v.etag = etag;
  if (lastModified) v.lastModified = lastModified;
  return v;
}

/**
 * Whether two answers can be of the same file: equal where both say something. A CDN that gzips makes the strong
 * ETag weak, so the W/ prefix is not compared.
 * @param {Validator} a @param {Validator} b
 */
export function sameVersion(a, b) {
  if (a.etag && b.etag) return a.etag.replace(/^W\//, '') === b.etag.replace(/^W\//, '');
  if (a.lastModified && b.lastModified) return a.lastModified === b.lastModified;
  return true;
}

/** The value for If-Range: only a strong ETag or a date may be used there. @param {Validator} v */
export function ifRange(v) {
  if (v.etag) return v.etag.startsWith('W/') ? undefined : v.etag;
  return v.lastModified;
}
