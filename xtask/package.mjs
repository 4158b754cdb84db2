// www/ and the wasm builds to pkg/ as an npm package: flat ES modules, so that every `new URL('./x', import.meta.url)`
// in it is one that bundlers know, and types made by tsc from the JSDoc. Builds no wasm.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { licenceFile, packagesOf } from './licences.mjs';
import { WORDS, locales } from './locales.mjs';
import { mergeChunks } from './merge-chunks.mjs';
import { pdfjsFiles } from './pdfjs.mjs';
import { quickjsFiles } from './quickjs.mjs';
import { withShortStyle } from './short-style.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const www = join(root, 'www');
const pkg = join(root, 'pkg');
const minify = process.argv.includes('--minify');
/** @type {{dependencies: Record<string, string>}} */
const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const version = /^version = "(.+)"$/m.exec(await readFile(join(root, 'Cargo.toml'), 'utf8'))?.[1];

/** What people import: `loquat-chat` is index, `loquat-chat/NAME` the others. */
const ENTRIES = {
  index: 'api/index.js',
  'prompt-api': 'api/prompt-api/prompt-api.js',
  'ai-sdk': 'api/ai-sdk/ai-sdk.js',
  remote: 'api/remote/remote-engine.js',
  routes: 'api/routes/routes.js',
  element: 'widget/element.js',
  panel: 'widget/panel.js',
  opening: 'widget/opening.js',
  frame: 'widget/frame.js',
};
/** The element with the types of a framework: `import 'loquat-chat/react'`. */
const FRAMEWORKS = ['react', 'preact', 'vue', 'svelte'];
/** No one imports these by name. */
const INTERNAL = new Set(['panel', 'opening', 'frame']);
/** Classic scripts: a site's one line, and what its service worker imports. */
const SCRIPTS = { widget: 'widget/embed.js', 'routes-worker': 'api/routes/routes-worker.js' };
/** What those start; each whole in itself, because bundlers make workers without shared chunks. */
const WORKERS = [
  'worker/worker.js',
  'worker/helper-thread.js',
  'weights/store/verify-worker.js',
  'weights/read/chunk-worker.js',
  'agent/module-worker.js',
  'agent/code/run-worker.js',
  'agent/code/python-worker.js',
];
const FILES = [
  'ui/chat/chat.css',
  'ui/chat/messages.css',
  'ui/chat/panel.css',
  'ui/chat/commands.css',
  'ui/parts/parts.css',
  'ui/documents/documents.css',
  'ui/maps/maps.css',
  'ui/tables/tables.css',
  'ui/writing/writing.css',
  'widget/frame.html',
  'widget/frame.css',
];

const entries = Object.fromEntries(Object.entries(ENTRIES).filter(([, path]) => existsSync(join(www, path))));
const named = Object.keys(entries).filter((name) => !INTERNAL.has(name));
/** @type {{variants: Array<{name: string, needs: string[], glue: string, wasm: string}>}} */
const { variants } = JSON.parse(await readFile(join(pkg, 'variants.json'), 'utf8'));

/** @type {{modules: Record<string, {glue: string, wasm: string}>}} */
const { modules } = JSON.parse(await readFile(join(pkg, 'modules.json'), 'utf8'));

/**
 * Some bundlers (Turbopack) make addresses of the site's root out of `new URL('./x', import.meta.url).href`, which mean nothing to
 * a worker: they are made whole where the page is known.
 */
const WHOLE = `const whole = ({ href }) => /^[a-z][a-z\\d+.-]*:/.test(href) || !globalThis.location ? href : new URL(href, globalThis.document?.baseURI ?? location.href).href;\n`;
/** @param {string} path */
const at = (path) => `whole(new URL('./${path}', import.meta.url))`;

/** The table of wasm builds with addresses written out, for bundlers to see. */
function table() {
  const rows = variants.map(
    ({ name, needs, glue, wasm }) =>
      `{ name: '${name}', needs: ${JSON.stringify(needs)}, glue: ${at(glue)}, wasm: ${at(wasm)} }`,
  );
  return `${WHOLE}export const BUILDS = [${rows.join(', ')}];`;
}

/** The same of the modules beside the engine. */
function moduleTable() {
  const rows = Object.entries(modules).map(
    ([name, { glue, wasm }]) => `${name}: { glue: ${at(glue)}, wasm: ${at(wasm)} }`,
  );
  return `${WHOLE}export const MODULE_FILES = { ${rows.join(', ')} };`;
}

/** @type {import('esbuild').Plugin} */
const flat = {
  name: 'flat',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(www + sep)) return undefined;
      if (path === join(www, 'worker/builds.js')) return { contents: table() };
      if (path === join(www, 'agent/module-files.js')) return { contents: moduleTable() };
      const source = withShortStyle(path, await readFile(path, 'utf8'));
      const address = /new URL\(\s*'([^']+\.\w+)'\s*,\s*import\.meta\.url\s*,?\s*\)/g;
      const here = (/** @type {string} */ _, /** @type {string} */ to) =>
        `new URL('./${basename(to)}', import.meta.url)`;
      if (path === join(www, 'widget/embed.js')) {
        return { contents: source.replaceAll('`widget/', '`') };
      }
      // The folder of builds is the package itself.
      const folder = source.replace("new URL('../pkg/', import.meta.url)", "new URL('./', import.meta.url)");
      return { contents: folder.replace(address, here) };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  format: 'esm',
  outdir: pkg,
  target: 'es2022',
  minify,
  legalComments: 'linked',
  logLevel: 'warning',
  charset: 'utf8',
  plugins: [locales, flat],
  define: { __LOQUAT_VERSION__: JSON.stringify(version), ...WORDS },
};

/** Types for every entry, of the modules they name. */
async function types() {
  const folder = await mkdtemp(join(tmpdir(), 'loquat-types-'));
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: www,
      outDir: join(pkg, 'types'),
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [join(www, '*.d.ts')],
    files: named.map((name) => join(www, entries[name])),
  };
  const file = join(folder, 'tsconfig.json');
  await writeFile(file, JSON.stringify(config));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await promisify(execFile)(process.execPath, [tsc, '-p', file]);
  } catch (error) {
    process.stderr.write(/** @type {{stdout: string}} */ (error).stdout);
    throw new Error('The types of the package could not be made.');
  } finally {
    await rm(folder, { recursive: true });
  }
  // Written by Rust and by hand, not by tsc.
  for (const declared of ['protocol/engine-types.d.ts', 'widget/types'])
    await cp(join(www, declared), join(pkg, 'types', declared), { recursive: true });
}

async function manifest() {
  /** @param {string} name */
  const entry = (name) => ({
    types: `./types/${entries[name].replace(/js$/, 'd.ts')}`,
    default: `./${name}.js`,
  });
  const exports = Object.fromEntries(
    named.map((name) => [name === 'index' ? '.' : `./${name}`, entry(name)]),
  );
  const frameworks = Object.fromEntries(
    FRAMEWORKS.map((name) => [
      `./${name}`,
      { types: `./types/widget/types/${name}.d.ts`, default: './element.js' },
    ]),
  );
  return {
    name: 'loquat-chat',
    version,
    description:
      'Language models in the web page itself: WebAssembly SIMD and WebGPU, under the APIs you know',
    license: 'MIT OR Apache-2.0',
    type: 'module',
    keywords: ['llm', 'gguf', 'webassembly', 'webgpu', 'openai', 'chat', 'widget'],
    bin: { 'loquat-chat': './loquat-cli.js' },
    exports: { ...exports, ...frameworks, './widget.js': './widget.js', './*': './*' },
    types: exports['.'].types,
    // For the types of ./ai-sdk alone; for PDFs in `knowledge build`.
    peerDependencies: { '@ai-sdk/provider': '>=3', 'pdfjs-dist': dependencies['pdfjs-dist'] },
    peerDependenciesMeta: { '@ai-sdk/provider': { optional: true }, 'pdfjs-dist': { optional: true } },
    sideEffects: ['./element.js', './widget.js', './routes-worker.js'],
    files: [
      '*.js',
      '*.css',
      '*.html',
      '*.LEGAL.txt',
      'licences.txt',
      'variants.json',
      'modules',
      'modules.json',
      'pdfjs',
      'quickjs',
      ...variants.flatMap(({ glue, wasm }) => [glue, wasm]),
      'types',
      'LICENSE-*',
    ],
  };
}

for (const name of await readdir(pkg)) {
  if (/\.(js|css|html|map|txt)$/.test(name) || name === 'types')
    await rm(join(pkg, name), { recursive: true, force: true });
}
const inputs = Object.entries(entries).map(([out, path]) => ({ in: join(www, path), out }));
/** All files whose code is in the package, from the root. @type {Set<string>} */
const shipped = new Set((await pdfjsFiles()).values());
/** @param {import('esbuild').BuildOptions} options */
async function make(options) {
  const { metafile } = await build({ ...common, ...options, metafile: true, absWorkingDir: root });
  for (const path of Object.keys(metafile?.inputs ?? {})) shipped.add(path);
}
await makeEntries();
for (const path of WORKERS) await make({ entryPoints: [join(www, path)] });
/** What people import. Pages without a bundler load it as it is. */
async function makeEntries() {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: inputs,
    splitting: true,
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
    absWorkingDir: root,
  });
  for (const path of Object.keys(metafile.inputs)) shipped.add(path);
  const made = (/** @type {string} */ name) => join(pkg, `${name}.js`);
  const outputs = await mergeChunks(
    { outputFiles, metafile },
    {
      root,
      stages: { shell: made('panel'), welcome: 'www/ui/models/offer.js', api: made('index') },
      apart: ['element', 'opening'].map(made),
      // Programs that use the engine alone want nothing of the widget, now or later.
      workers: Object.keys(entries)
        .filter((name) => !['element', 'opening', 'panel', 'frame'].includes(name))
        .map(made),
      like: { minify, target: 'es2022' },
    },
  );
  for (const { path, contents } of outputs) await writeFile(path, contents);
}

for (const [out, path] of Object.entries(SCRIPTS)) {
  const entryPoints = [{ in: join(www, path), out }];
  await make({ entryPoints, format: 'iife', charset: 'ascii', minify: true });
}
for (const path of FILES) {
  if (existsSync(join(www, path))) await cp(join(www, path), join(pkg, basename(path)));
}
for (const [path, file] of quickjsFiles()) await cp(file, join(pkg, 'quickjs', path));
for (const [path, file] of await pdfjsFiles()) await cp(file, join(pkg, 'pdfjs', path));
// The command line, `npx loquat-chat knowledge build`. pdf.js is large, and wanted for PDFs alone.
await make({
  plugins: [locales],
  entryPoints: [{ in: join(root, 'xtask/knowledge/cli.mjs'), out: 'loquat-cli' }],
  platform: 'node',
  external: ['pdfjs-dist'],
});
await types();
const fromRoot = [...shipped].map((path) => (isAbsolute(path) ? relative(root, path) : path));
await writeFile(join(pkg, 'licences.txt'), licenceFile(await packagesOf(fromRoot)));
await writeFile(join(pkg, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) await cp(join(root, name), join(pkg, name));
const guide = join(root, 'docs/api.md');
if (existsSync(guide)) await cp(guide, join(pkg, 'README.md'));
