// Which of the bundle's chunks is which: several can have one name (each room has a "panel"), so that a word of its
// code tells.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';

const CHUNKS = new URL('../../dist/chunks/', import.meta.url);

/** The one chunk with this name and this text in it. @param {string} name without its hash @param {string} text */
export async function chunkWith(name, text) {
  const named = (await readdir(CHUNKS)).filter((file) => new RegExp(`^${name}-\\w+\\.js$`).test(file));
  const texts = await Promise.all(named.map((file) => readFile(new URL(file, CHUNKS), 'utf8')));
  const found = named.filter((_, index) => texts[index].includes(text));
  assert.equal(found.length, 1, `chunks named ${name} with ${text}: ${found.join(', ') || 'none'}`);
  return found[0];
}

/** The panel of settings: it alone has the personas. */
export const settingsChunk = () => chunkWith('panel', 'persona');
