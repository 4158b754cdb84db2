// A text, or bytes, as a file that the browser saves.
import { h } from './dom.js';

/** @param {string} name @param {string} type @param {string} text */
export const download = (name, type, text) => saveBytes(name, type, text);

/** @param {string} name @param {string} type @param {BlobPart} data */
export function saveBytes(name, type, data) {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = h('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
