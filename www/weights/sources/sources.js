// What a person gives (an address, hub:owner/repo/file, several parts, a catalog entry) to the addresses to fetch. Fetches only the hub's own description of a file.

import { CacheError } from '../../protocol/weights-error.js';
import { isSha256 } from '../store/integrity.js';
import { fileName } from './file-name.js';

/** The hub that `hub:` means. */
const HUB = 'https://huggingface.co';

/**
 * One file to fetch.
 * @typedef {object} Target
 * @property {string} id key in the cache
 * @property {string} group id of the whole model
 * @property {string} name
 * @property {string} url
 * @property {number} [size] bytes, when published
 * @property {string} [sha256] of the whole file, when published
 */

/**
 * What openModel takes. `id` names the model in the cache; without it the address does.
 * @typedef {{url: string, id?: string, name?: string, size?: number, sha256?: string}} UrlSource
 * @typedef {{hub: string, id?: string, name?: string, size?: number, sha256?: string}} HubSource
 * @typedef {{urls: string[], id?: string, name?: string}} SplitSource
 * @typedef {{file: File | File[], id?: string}} FileSource
 * @typedef {{cached: string, id?: undefined}} CachedSource a model that is in the cache already, by its id there
 * @typedef {UrlSource | HubSource | SplitSource} RemoteSource
 * @typedef {RemoteSource | FileSource | CachedSource} Source
 */

/**
 * model-00001-of-00003.gguf → all three names. Anything else → itself.
 * @param {string} address @returns {string[]}
 */
export function splitNames(address) {
  const m = /^(.*)-(\d{5})-of-(\d{5})(\.gguf(?:[?#].*)?)$/i.exec(address);
  const count = m ? Number(m[3]) : 0;
  if (!m || count < 1 || Number(m[2]) < 1 || Number(m[2]) > count) return [address];
  if (count > 999) throw new CacheError('bad_source', `${fileName(address)} claims to have ${count} parts.`);
  return Array.from(
    { length: count },
    (_, i) => `${m[1]}-${String(i + 1).padStart(5, '0')}-of-${m[3]}${m[4]}`,
  );
}

/**
 * What a person types into the address field.
 * @param {string} text @returns {UrlSource | HubSource | CachedSource}
 */
export function parseAddress(text) {
  const address = text.trim();
  if (address.startsWith('cached:')) return { cached: address.slice(7) };
  if (/^hub:/i.test(address)) return { hub: address.slice(4) };
  // The address of the hub's page about a file is what people copy.
  const page =
    /^https:\/\/(?:www\.)?huggingface\.co\/([^/]+\/[^/]+)\/(?:blob|resolve)\/([^/]+)\/([^?#]+\.gguf)/i.exec(
      address,
    );
  if (page) return { hub: `${page[1]}${page[2] === 'main' ? '' : `@${page[2]}`}/${page[3]}` };
  if (/^(https?:\/\/|\.{0,2}\/)/i.test(address)) return { url: address };
  throw new CacheError('bad_source', `“${address}” is no address of a model.`);
}

/** `owner/repo[@revision]/path/file.gguf`. @param {string} hub */
export function parseHub(hub) {
  const m = /^([\w.-]+\/[\w.-]+)(?:@([^/]+))?\/(.+\.gguf)$/i.exec(hub.trim());
  if (!m || m[3].split('/').some((part) => part === '..' || part === '')) {
    throw new CacheError('bad_source', `“hub:${hub}” is not of the form hub:owner/repo/file.gguf.`);
  }
  return { repo: m[1], revision: m[2] ?? 'main', path: m[3] };
}

/** @param {string} repo @param {string} revision @param {string} path */
function resolveUrl(repo, revision, path) {
  return `${HUB}/${repo}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Size and SHA-256 as the hub publishes them, and the commit, so that a download is of one version from its first
 * byte to its last. Without an answer (offline, another hub) the plain address has to do.
 * @param {string} repo @param {string} revision @param {AbortSignal} [signal]
 * @returns {Promise<{commit?: string, files: Map<string, {size?: number, sha256?: string}>}>}
 */
async function describe(repo, revision, signal) {
  const files = new Map();
  try {
    const limit = AbortSignal.timeout(10_000);
    const answer = await fetch(
      `${HUB}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`,
      {
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      },
    );
    if (!answer.ok) return { files };
    const body = await answer.json();
    for (const file of Array.isArray(body?.siblings) ? body.siblings : []) {
      const size = file?.lfs?.size ?? file?.size;
      const sha256 = file?.lfs?.sha256 ?? file?.lfs?.oid;
      files.set(file?.rfilename, {
        ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
        ...(isSha256(sha256) ? { sha256 } : {}),
      });
    }
    return { commit: /^[0-9a-f]{40}$/.test(body?.sha) ? body.sha : undefined, files };
  } catch (e) {
    if (signal?.aborted) throw e;
    return { files };
  }
}

/** The key of a source in the cache, without asking anyone. @param {RemoteSource} source */
export function sourceId(source) {
  if (source.id) return source.id;
  if ('hub' in source) {
    const { repo, revision, path } = parseHub(source.hub);
    return `hub:${repo}${revision === 'main' ? '' : `@${revision}`}/${splitNames(path)[0]}`;
  }
  const first = 'urls' in source ? source.urls[0] : splitNames(source.url)[0];
  return absolute(first).split('#', 1)[0];
}

/** Whether an address is the page's own, which in an extension or an app may have a scheme of its own. @param {URL} url @param {Location | undefined} here */
const isOwn = ({ protocol, host }, here) => host !== '' && protocol === here?.protocol && host === here.host;

/** @param {string} address */
function absolute(address) {
  try {
    const url = new URL(address, globalThis.location?.href);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url.href;
    if (isOwn(url, globalThis.location)) return url.href;
  } catch (e) {
    throw new CacheError('bad_source', `“${address}” is no address.`, { cause: e });
  }
  throw new CacheError('bad_source', `“${address}”: models come by https.`);
}

/**
 * The ids of all files of a source, without asking anyone: enough to find them in the cache.
 * @param {RemoteSource} source @returns {Target[]}
 */
export function targetsOf(source) {
  const group = sourceId(source);
  /** @type {string[]} */
  let urls;
  if ('hub' in source) {
    const { repo, revision, path } = parseHub(source.hub);
    urls = splitNames(path).map((p) => resolveUrl(repo, revision, p));
  } else {
    urls = ('urls' in source ? source.urls : splitNames(source.url)).map(absolute);
  }
  if (urls.length === 0) throw new CacheError('bad_source', 'No address was given.');
  return urls.map((url, i) => ({
    id: urls.length === 1 ? group : `${group}#${i + 1}`,
    group,
    name: urls.length === 1 ? (source.name ?? fileName(url)) : fileName(url),
    url,
    ...(urls.length === 1 && 'size' in source ? { size: source.size } : {}),
    ...(urls.length === 1 && 'sha256' in source ? { sha256: source.sha256 } : {}),
  }));
}

/**
 * The same targets with what the publisher says of them. Only called when something has to be fetched.
 * @param {RemoteSource} source @param {Target[]} targets @param {AbortSignal} [signal]
 * @returns {Promise<Target[]>}
 */
export async function withFacts(source, targets, signal) {
  if (!('hub' in source)) return targets;
  const { repo, revision, path } = parseHub(source.hub);
  const { commit, files } = await describe(repo, revision, signal);
  const names = splitNames(path);
  return targets.map((target, i) => ({
    ...files.get(names[i]),
    ...target,
    url: commit ? resolveUrl(repo, commit, names[i]) : target.url,
  }));
}
