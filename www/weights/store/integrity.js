// Whether bytes are what they should be: chunk hashes, the GGUF magic, the look of an error page. Stores nothing.

import { CacheError } from '../../protocol/weights-error.js';
import { Sha256 } from './sha256.js';

/** @param {ArrayBuffer | Uint8Array} bytes @returns {string} lower-case hex */
export function hex(bytes) {
  let out = '';
  for (const b of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes))
    out += b.toString(16).padStart(2, '0');
  return out;
}

/**
 * SHA-256 by the browser, which does it on another thread, if it can.
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} lower-case hex
 */
export async function sha256(bytes) {
  // Browsers give crypto.subtle to secure addresses only; a page on a local network may have none.
  if (!globalThis.crypto?.subtle) {
    return new Sha256().update(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).digest();
  }
  return hex(await crypto.subtle.digest('SHA-256', bytes));
}

/** @param {unknown} value @returns {value is string} */
export function isSha256(value) {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** @param {Uint8Array} head */
export function hasMagic(head) {
  return head.length >= 4 && head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46;
}

/**
 * Refuses a body that says by its type, or shows by its first bytes, that it is no GGUF file. Nothing is stored
 * before this has passed.
 * @param {Uint8Array} head the file's first bytes, at least 4 @param {string | null} contentType @param {string} name
 */
export function checkHead(head, contentType, name) {
  if (hasMagic(head)) return;
  const text = new TextDecoder('latin1').decode(head.subarray(0, 64)).trimStart();
  if (/text\/html/i.test(contentType ?? '') || /^<(!doctype|html|head|\?xml)/i.test(text)) {
    throw new CacheError(
      'html_instead',
      `${name}: the server answered with a web page instead of the model.`,
    );
  }
  if (text.startsWith('version https://git-lfs')) {
    throw new CacheError('not_gguf', `${name}: this is a Git LFS pointer of a hundred bytes, not the model.`);
  }
  const shown = Array.from(head.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
  throw new CacheError(
    'not_gguf',
    `${name}: no GGUF file: it starts with ${shown || 'nothing'}, want 47 47 55 46 (“GGUF”).`,
  );
}
