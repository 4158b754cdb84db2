// www/ and pkg/ to dist/ (or `--out FOLDER`): the same tree, with each entry's imports bundled. Builds no wasm.
// With `--ocr FOLDER`, what `ocr.mjs` has put there reads scans in the page.
//
// A module may use `new URL('./worker.js', import.meta.url)` as if it were served from where it lies in
// www/ (with pkg/ beside main.js): the bundle keeps such addresses right wherever the code ends up.
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { billOfMaterials, licenceFile, packagesOf } from './licences.mjs';
import { WORDS, locales } from './locales.mjs';
import { mergeChunks } from './merge-chunks.mjs';
import { ocrFiles } from './ocr.mjs';
import { pdfjsFiles } from './pdfjs.mjs';
import { CATALOG_ENTRY, PACKAGE, pyodideFiles } from './pyodide.mjs';
import { quickjsFiles } from './quickjs.mjs';
import { withShortStyle } from './short-style.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const www = join(root, 'www');
const { values: given } = parseArgs({
  options: {
    minify: { type: 'boolean' },
    out: { type: 'string' },
    ocr: { type: 'string' },
    python: { type: 'boolean' },
  },
});
const dist = resolve(root, given.out ?? 'dist');
const minify = given.minify ?? false;
const version = /^version = "(.+)"$/m.exec(await readFile(join(root, 'Cargo.toml'), 'utf8'))?.[1];

/** Scripts that pages load by address; workers are found by `new URL('./x.js', import.meta.url)`. They share chunks. */
const MODULES = [
  'main.js',
  'widget/element.js',
  'widget/panel.js',
  'widget/opening.js',
  'widget/frame.js',
  'widget/configurator/main.js',
];
/** Classic scripts, small and whole: a site's one line by a short name, and the guard of the page's start. */
const SCRIPTS = [
  { in: join(www, 'widget/embed.js'), out: 'widget' },
  { in: join(www, 'heal.js'), out: 'heal' },
];
const WORKER = /new URL\(\s*'(\.[^']*\.js)'\s*,\s*import\.meta\.url\s*,?\s*\)/g;
/**
 * Service workers can't import modules everywhere: one file, nothing shared. In it, `__SHELL_FILES__` has the paths of
 * all other files in dist/ with the SHA-256 of each, and `__SHELL_VERSION__` is a hash over them.
 */
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
      const source = withShortStyle(path, await readFile(path, 'utf8'));
      const own = JSON.stringify(UP + slashes(relative(www, path)));
      return { contents: source.replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`) };
    });
  },
};

/**
 * @param {string[] | {in: string, out: string}[]} entryPoints
 * @param {Partial<import('esbuild').BuildOptions>} options
 */
async function bundle(entryPoints, options) {
  if (!entryPoints.length) return [];
  const { outputFiles, metafile } = await build({
    entryPoints,
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: root,
    outdir: dist,
    outbase: www,
    target: 'es2022',
    sourcemap: minify ? false : 'linked',
    legalComments: minify ? 'linked' : 'inline',
    minify,
    logLevel: 'warning',
    plugins: [locales, ownAddress],
    ...options,
    define: { __LOQUAT_VERSION__: JSON.stringify(version), ...WORDS, ...options.define },
  }).catch(() => process.exit(1)); // esbuild has said where and why
  for (const path of Object.keys(metafile?.inputs ?? {})) inputs.add(path);
  if (!options.splitting || !metafile) return outputFiles ?? [];
  const at = (/** @type {string} */ path) => join(dist, path);
  return mergeChunks(
    { outputFiles: outputFiles ?? [], metafile },
    {
      root,
      stages: { shell: at('main.js'), welcome: 'www/ui/models/offer.js' },
      apart: ['widget/element.js', 'widget/opening.js'].map(at),
      workers: started.map((path) => join(dist, relative(www, path))),
      like: { minify, sourcemap: !minify, target: 'es2022' },
    },
  );
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

/**
 * Esbuild's outputs under the paths they get in dist/, own addresses completed.
 * @param {readonly import('./merge-chunks.mjs').Output[]} outputs
 */
function add(outputs) {
  for (const { path, contents, text } of outputs) {
    const up = slashes(relative(dirname(path), dist)) || '.';
    made.set(
      relative(dist, path),
      path.endsWith('.js') ? Buffer.from(text.replaceAll(UP, `${up}/`)) : contents,
    );
  }
}

/** Wasm and glue; with `--minify` under a name that changes with them, so that hosts may let browsers keep them. */
async function addPkg() {
  const pkg = join(root, 'pkg');
  if (!existsSync(join(pkg, 'variants.json'))) return;
  /** @type {{variants: {name: string, glue: string, wasm: string}[]}} */
  const { variants } = JSON.parse(await readFile(join(pkg, 'variants.json'), 'utf8'));
  for (const variant of variants) {
    const wasm = await readFile(join(pkg, variant.wasm));
    const glue = await readFile(join(pkg, variant.glue));
    const folder = minify ? `${variant.name}-${hash([wasm, glue])}` : variant.name;
    for (const path of await files(join(pkg, variant.name, 'snippets'))) {
      made.set(join('pkg', folder, relative(join(pkg, variant.name), path)), await readFile(path));
    }
    variant.wasm = variant.wasm.replace(variant.name, folder);
    variant.glue = variant.glue.replace(variant.name, folder);
    made.set(join('pkg', variant.wasm), wasm);
    made.set(join('pkg', variant.glue), glue);
  }
  made.set(join('pkg', 'variants.json'), Buffer.from(`${JSON.stringify({ variants }, null, 2)}\n`));
}

/** The modules beside the engine, likewise. */
async function addModules() {
  const pkg = join(root, 'pkg');
  const list = join(pkg, 'modules.json');
  if (!existsSync(list)) return;
  /** @type {{modules: Record<string, {glue: string, wasm: string}>}} */
  const { modules } = JSON.parse(await readFile(list, 'utf8'));
  for (const [name, files] of Object.entries(modules)) {
    const glue = await readFile(join(pkg, files.glue));
    const wasm = await readFile(join(pkg, files.wasm));
    const folder = `modules/${minify ? `${name}-${hash([wasm, glue])}` : name}`;
    files.glue = files.glue.replace(`modules/${name}`, folder);
    files.wasm = files.wasm.replace(`modules/${name}`, folder);
    made.set(join('pkg', files.glue), glue);
    made.set(join('pkg', files.wasm), wasm);
  }
  // The word lists of the module `safety` are made with WordNet, whose licence wants to stand beside them.
  if (modules.safety)
    made.set(
      join('pkg', 'modules', 'WORDNET-LICENSE.txt'),
      await readFile(join(root, 'crates/safety/words/WORDNET-LICENSE')),
    );
  const ocr = await addOcr();
  made.set(
    join('pkg', 'modules.json'),
    Buffer.from(`${JSON.stringify({ modules, ...(ocr && { ocr }) }, null, 2)}\n`),
  );
}

/** What reads scans, where the operator has it; no page loads it before it is wanted. */
async function addOcr() {
  if (!given.ocr) return undefined;
  let bytes = 0;
  for (const [path, file] of ocrFiles(given.ocr)) {
    const contents = await readFile(file);
    bytes += contents.length;
    made.set(join('pkg/ocr', path), contents);
  }
  return { bytes };
}

/** pdf.js, for pages that are given a PDF; loaded by none before. */
async function addPdfjs() {
  for (const [path, file] of await pdfjsFiles()) made.set(join('pkg/pdfjs', path), await readFile(file));
}

/** Python, where the operator asked for it: the catalog tells the page. */
async function addPython() {
  for (const [path, file] of await pyodideFiles()) made.set(join('pkg/pyodide', path), await readFile(file));
  const catalog = JSON.parse(String(made.get('catalog.json')));
  made.set(
    'catalog.json',
    Buffer.from(`${JSON.stringify({ ...catalog, python: CATALOG_ENTRY }, null, 2)}\n`),
  );
}

/** @param {Uint8Array[]} parts */
function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex').slice(0, 10);
}

/** All files whose code goes there, from the root. @type {Set<string>} */
const inputs = new Set();
/** What goes to dist/, by path. @type {Map<string, Uint8Array>} */
const made = new Map();
const started = await workers();
const modules = [...existing(MODULES), ...started];
// Modules are read as UTF-8 everywhere; classic scripts as the page that names them.
add(
  await bundle(modules, {
    format: 'esm',
    charset: 'utf8',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  }),
);
for (const path of await files(www)) {
  if (/\.(js|ts)$/.test(path)) continue;
  const contents = await readFile(path);
  // Styles are easily read in a browser's tools either way, and are a good part of what a first visit loads.
  const style = path.endsWith('.css') && (await transform(contents, { loader: 'css', minify: true })).code;
  made.set(relative(www, path), style ? Buffer.from(style) : contents);
}
add(await bundle(SCRIPTS, { format: 'iife', minify: true, sourcemap: false }));
await addPkg();
await addModules();
await addPdfjs();
for (const [path, file] of quickjsFiles()) made.set(join('pkg/quickjs', path), await readFile(file));
if (given.python) await addPython();
/** @param {string} path of what was made */
const sha256 = (path) =>
  createHash('sha256')
    .update(made.get(path) ?? Buffer.of())
    .digest('hex');
// A service worker has to know what it serves offline, and to change when any of it does.
const shell = [...made.keys()].filter((path) => !path.endsWith('.map')).sort();
const define = {
  __SHELL_FILES__: JSON.stringify(Object.fromEntries(shell.map((path) => [slashes(path), sha256(path)]))),
  __SHELL_VERSION__: JSON.stringify(hash(shell.map((path) => made.get(path) ?? Buffer.of()))),
};
add(await bundle(existing(CLASSIC), { format: 'iife', define }));

// For who looks after the site: no page loads these.
for (const [, file] of await pdfjsFiles()) inputs.add(slashes(relative(root, file)));
const packages = [...(await packagesOf(inputs)), ...(given.python ? [PACKAGE] : [])];
made.set('licences.txt', Buffer.from(licenceFile(packages)));
if (minify) made.set('sbom.json', Buffer.from(await billOfMaterials()));

for (const [path, contents] of made) await put(join(dist, path), contents);
for (const path of await files(dist)) {
  if (!made.has(relative(dist, path))) await rm(path);
}
