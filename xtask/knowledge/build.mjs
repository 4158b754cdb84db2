// A folder, or the pages of a sitemap, to a knowledge file and its report. What did not change since the last build is
// taken from the cache beside the result.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { gather } from '../../www/service/build/gather.js';
import { writeKnowledge } from '../../www/service/build/write-file.js';
import { openDocuments } from './documents.mjs';
import { readSource } from './read-file.mjs';

/**
 * @typedef {import('../../www/service/build/gather.js').Source} Source
 * @typedef {import('../../www/service/build/gather.js').Report} Report
 * @typedef {import('../../www/service/build/gather.js').KnowledgeConfig & {exclude?: string[], base?: string}} Config `base`: where the folder is on the site, `/` without it
 * @typedef {{folder: string, out: string, config?: string, sitemap?: string, cache?: boolean, say?: (line: string) => void}} Options
 */

/** Another number where the same file gives something else. */
const CACHE_VERSION = 1;
const CONFIG = 'knowledge.config.json';
const CONFIG_KEYS = ['$schema', 'name', 'base', 'languages', 'columns', 'handover', 'exclude'];

const sha256 = (/** @type {Uint8Array | string} */ bytes) => createHash('sha256').update(bytes).digest('hex');

/** @param {string} path @returns {Promise<Config>} */
async function readConfig(path) {
  if (!existsSync(path)) return {};
  let found;
  try {
    found = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no JSON: ${/** @type {Error} */ (error).message}`);
  }
  const unknown = Object.keys(found).find((key) => !CONFIG_KEYS.includes(key));
  if (unknown)
    throw new Error(`${path}: there is no “${unknown}”; there is ${CONFIG_KEYS.slice(1).join(', ')}`);
  return found;
}

/** `*` within a name, `**` across folders. @param {string} pattern */
const glob = (pattern) =>
  new RegExp(
    `^${pattern.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'))}$`,
  );

/** `delivery/index.html` → /delivery/. @param {string} base @param {string} name */
const addressOf = (base, name) =>
  `${base.replace(/\/$/, '')}/${name.split('/').map(encodeURIComponent).join('/')}`
    .replace(/(^|\/)index\.html?$/, '$1')
    .replace(/\.(md|markdown)$/, '.html');

/** @param {string} xml @returns {Map<string, string>} dates by address */
export function readSitemap(xml) {
  const decoded = (/** @type {string} */ text) => text.trim().replaceAll('&amp;', '&');
  return new Map(
    [...xml.matchAll(/<url>([\s\S]*?)<\/url>/g)].flatMap(([, entry]) => {
      const address = /<loc>([\s\S]*?)<\/loc>/.exec(entry)?.[1];
      const date = /<lastmod>([\s\S]*?)<\/lastmod>/.exec(entry)?.[1] ?? '';
      return address ? [/** @type {[string, string]} */ ([decoded(address), date.trim().slice(0, 10)])] : [];
    }),
  );
}

/** @param {string} folder @param {Config} config @param {string} skip the result's name */
async function filesIn(folder, config, skip) {
  const excluded = (config.exclude ?? []).map(glob);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .filter((name) => !/(^|\/)(\.|node_modules\/)/.test(name) && name !== CONFIG && name !== skip)
    .filter((name) => !name.endsWith('.report.json') && !excluded.some((pattern) => pattern.test(name)))
    .sort();
  return names;
}

/** Not read, and no word about it. */
const SILENT =
  /\.(css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|xml|webmanifest|wasm|gguf|loquat|br|gz)$|(^|\/)(robots\.txt|package(-lock)?\.json)$/i;

/**
 * @param {Options} options
 * @returns {Promise<{bytes: number, textBytes: number, directory: import('../../www/service/knowledge-types.js').Directory, report: Report, read: number, cached: number}>}
 */
export async function buildKnowledge({
  folder,
  out,
  config: configPath,
  sitemap,
  cache: keeps = true,
  say = () => {},
}) {
  const root = resolve(folder);
  const config = await readConfig(configPath ?? join(root, CONFIG));
  /** @type {Report} */
  const report = { leftOut: [], contradictions: [] };
  /** @type {Map<string, {at: () => Promise<Uint8Array>, address: string, date?: string}>} */
  const wanted = new Map();
  if (sitemap && /^https?:/.test(sitemap)) {
    const origin = new URL(sitemap).origin;
    const get = async (/** @type {string} */ address) => {
      const response = await fetch(address, { signal: AbortSignal.timeout(30_000) });
      if (!response.ok) throw new Error(`${address} answered ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    };
    for (const [address, date] of readSitemap(new TextDecoder().decode(await get(sitemap)))) {
      const url = new URL(address);
      const name = url.pathname.replace(/^\//, '').replace(/\/$/, '/index.html') || 'index.html';
      if (url.origin !== origin) report.leftOut.push({ name: address, why: 'it is on another site' });
      else
        wanted.set(/\.\w+$/.test(name) ? name : `${name}.html`, {
          at: () => get(address),
          address: url.pathname,
          date,
        });
    }
  } else {
    const map = sitemap ?? (existsSync(join(root, 'sitemap.xml')) ? join(root, 'sitemap.xml') : undefined);
    const listed = map ? readSitemap(await readFile(map, 'utf8')) : undefined;
    const dates =
      listed && new Map([...listed].map(([address, date]) => [new URL(address, 'http://x').pathname, date]));
    for (const name of await filesIn(root, config, basename(out))) {
      const address = addressOf(config.base ?? '/', name);
      const inMap = dates?.has(address);
      if (dates && !inMap && /\.html?$/.test(name))
        report.leftOut.push({ name, why: 'the sitemap does not list it' });
      else if (!SILENT.test(name))
        wanted.set(name, { at: () => readFile(join(root, name)), address, date: dates?.get(address) });
    }
  }
  if (wanted.size === 0) throw new Error(`${sitemap ?? root} has nothing to read.`);

  const cachePath = `${out}.cache`;
  /** @type {Record<string, import('./read-file.mjs').Read>} */
  let before = {};
  if (keeps && existsSync(cachePath)) {
    const kept = JSON.parse((await readFile(cachePath, 'utf8').catch(() => '{}')) || '{}');
    if (kept.version === CACHE_VERSION) before = kept.files;
  }
  /** @type {typeof before} */
  const after = {};
  /** @type {Source[]} */
  const sources = [];
  /** @type {import('./read-file.mjs').Documents | undefined} */
  let documents;
  let cached = 0;
  for (const [name, { at, address, date }] of wanted) {
    /** @type {import('./read-file.mjs').Read} */
    let read;
    try {
      const bytes = await at();
      const key = sha256(`${name}\n${address}\n${sha256(bytes)}`);
      if (before[key]) cached++;
      read = before[key] ?? (await readSource(name, bytes, address, (documents ??= await openDocuments())));
      after[key] = read;
    } catch (error) {
      read = { why: /** @type {Error} */ (error).message };
    }
    if (read.source) sources.push(date && !read.source.date ? { ...read.source, date } : read.source);
    else report.leftOut.push({ name, why: read.why ?? '' });
  }
  const knowledge = gather(sources, config, report);
  const { bytes, directory } = writeKnowledge(
    knowledge,
    (part) => new Uint8Array(gzipSync(part, { level: 9 })),
    (part) => sha256(part).slice(0, 16),
  );
  await writeFile(out, bytes);
  if (keeps) await writeFile(cachePath, JSON.stringify({ version: CACHE_VERSION, files: after }));
  await writeFile(`${out}.report.json`, `${JSON.stringify(report, null, 2)}\n`);
  const { products, faq, passages } = knowledge;
  const text = [
    ...faq.flatMap((each) => [each.question, ...(each.also ?? []), each.answer]),
    ...passages.map((each) => each.text),
  ];
  if (products)
    text.push(
      ...products.rows
        .flat()
        .filter((cell) => cell !== null)
        .map(String),
    );
  const textBytes = text.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  say(
    `${directory.counts.passages} passages of ${directory.counts.pages} pages, ${directory.counts.faq} known questions, ${directory.counts.products} products`,
  );
  say(
    `${out}: ${(bytes.length / 1000).toFixed(1)} kB, from ${(textBytes / 1000).toFixed(1)} kB of text; ${cached} of ${wanted.size} files as before`,
  );
  for (const { name, why } of report.leftOut.slice(0, 20)) say(`left out: ${name}: ${why}`);
  if (report.leftOut.length > 20) say(`… and ${report.leftOut.length - 20} more, in ${out}.report.json`);
  for (const { about, places } of report.contradictions)
    say(`contradiction: ${about}: ${places.join(' — ')}`);
  return { bytes: bytes.length, textBytes, directory, report, read: wanted.size, cached };
}
