// The catalog's entries as sources for openModel(), and which entry a file from disk is. Fetches only the catalog itself.

import { CacheError } from '../../protocol/weights-error.js';
import { fileName } from './file-name.js';
import { sourceId } from './sources.js';

/**
 * @typedef {import('../manage/fit.js').Catalog} Catalog
 * @typedef {import('../manage/fit.js').CatalogEntry} CatalogEntry
 */

/** @param {string | URL} address of catalog.json @returns {Promise<Catalog>} */
export async function loadCatalog(address) {
  const answer = await fetch(address);
  if (!answer.ok)
    throw new CacheError('http_status', `The catalog ${address} can’t be read: ${answer.status}.`);
  return answer.json();
}

/**
 * @param {Pick<CatalogEntry, 'id' | 'name' | 'url' | 'hub' | 'size' | 'sha256'>} entry @param {string | URL} base what the catalog's relative addresses are relative to
 * @returns {import('./sources.js').UrlSource | import('./sources.js').HubSource}
 */
export function sourceOf(entry, base) {
  const { id, name, size, sha256 } = entry;
  const facts = { name, ...(size ? { size } : {}), ...(sha256 ? { sha256 } : {}) };
  // The same file by its hub address, typed in by hand, is the same model in the cache.
  if (entry.hub) return { hub: entry.hub, ...facts };
  return { url: new URL(entry.url ?? '', base).href, id, ...facts };
}

/** The model's key in the cache. @param {CatalogEntry} entry @param {string | URL} base */
export function cacheIdOf(entry, base) {
  return sourceId(sourceOf(entry, base));
}

/**
 * The entry that a file seems to be, by its name and size; its hash is checked later where it is known.
 * @param {Catalog} catalog @param {{name: string, size: number}} file @returns {CatalogEntry | undefined}
 */
export function entryFor(catalog, file) {
  return catalog.models.find(
    (entry) =>
      fileName(entry.hub ?? entry.url ?? '').toLowerCase() === file.name.toLowerCase() &&
      (entry.size ?? file.size) === file.size,
  );
}
