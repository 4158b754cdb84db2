// www/ and pkg/ to dist/: the same tree, with each entry's imports bundled. Builds no wasm.
//
// A module may use `new URL('./worker.js', import.meta.url)` as if it were served from where it lies in
// www/ (with pkg/ beside main.js): the bundle keeps such addresses right wherever the code ends up.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const www = join(root, 'www');
const dist = join(root, 'dist');
const minify = process.argv.includes('--minify');

/** Scripts that pages load by address; workers are found by `new URL('./x.js', import.meta.url)`. They share chunks. */
const MODULES = ['main.js', 'widget/embed.js'];
const WORKER = /new URL\(\s*'(\.[^']*\.js)'\s*,\s*import\.meta\.url\s*,?\s*\)/g;
/** Service workers can't import modules everywhere: one file, nothing shared. */
const CLASSIC = ['sw.js'];
/** Written by us into the code, replaced by the way from an output's folder up to dist/. */
const UP = '__up_to_dist__/';

/** @param {string[]} names */
const existing = (names) => names.map((name) => join(www, name)).filter((path) => existsSync(path));
/** @param {string} path */
const slashes = (path) => path.split(sep).join('/');

/** @type {import('esbuild').Plugin} */
const ownAddress = {
  name: 'own-address',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(www + sep)) return undefined;
      const source = await readFile(path, 'utf8');
      const own = JSON.stringify(UP + slashes(relative(www, path)));
      return { contents: source.replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`) };
    });
  },
};

/**
 * @param {string[]} entryPoints
 * @param {Partial<import('esbuild').BuildOptions>} options
 */
async function bundle(entryPoints, options) {
  if (!entryPoints.length) return [];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    write: false,
    outdir: dist,
    outbase: www,
    target: 'es2022',
    sourcemap: minify ? false : 'linked',
    legalComments: minify ? 'linked' : 'inline',
    minify,
    logLevel: 'warning',
    plugins: [ownAddress],
    ...options,
  });
  return outputFiles ?? [];
}

/**
 * Writes only what changed, so that a server's ETag stays valid.
 * @param {string} path
 * @param {Uint8Array} contents
 */
async function put(path, contents) {
  if (existsSync(path) && Buffer.compare(await readFile(path), contents) === 0) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

/** @param {string} folder @returns {Promise<string[]>} */
async function files(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The scripts that modules under www/ start by address. */
async function workers() {
  const found = new Set();
  for (const path of await files(www)) {
    if (!path.endsWith('.js')) continue;
    for (const [, address] of (await readFile(path, 'utf8')).matchAll(WORKER)) {
      found.add(join(dirname(path), address));
    }
  }
  return [...found].filter((path) => existsSync(path) && !existing([...MODULES, ...CLASSIC]).includes(path));
}

const made = new Set();
const modules = [...existing(MODULES), ...(await workers())];
const outputs = [
  ...(await bundle(modules, {
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  })),
  ...(await bundle(existing(CLASSIC), { format: 'iife' })),
];
for (const { path, contents, text } of outputs) {
  const up = slashes(relative(dirname(path), dist));
  await put(path, path.endsWith('.js') ? Buffer.from(text.replaceAll(UP, up ? `${up}/` : './')) : contents);
  made.add(path);
}
for (const path of await files(www)) {
  if (/\.(js|ts)$/.test(path)) continue;
  const copy = join(dist, relative(www, path));
  await put(copy, await readFile(path));
  made.add(copy);
}
const list = join(root, 'pkg/variants.json');
if (existsSync(list)) {
  /** @type {{variants: {glue: string, wasm: string}[]}} */
  const { variants } = JSON.parse(await readFile(list, 'utf8'));
  for (const name of ['variants.json', ...variants.flatMap(({ glue, wasm }) => [glue, wasm])]) {
    const copy = join(dist, 'pkg', name);
    await put(copy, await readFile(join(root, 'pkg', name)));
    made.add(copy);
    const snippets = join(root, 'pkg', dirname(name), 'snippets');
    if (!name.endsWith('.js') || !existsSync(snippets)) continue;
    const copies = join(dirname(copy), 'snippets');
    await cp(snippets, copies, { recursive: true });
    for (const path of await files(copies)) made.add(path);
  }
}
for (const path of await files(dist)) {
  if (!made.has(path)) await rm(path);
}
