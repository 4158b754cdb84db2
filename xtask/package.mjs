// www/ and the wasm builds to pkg/ as an npm package: flat ES modules, so that every `new URL('./x', import.meta.url)`
// in it is one that bundlers know, and types made by tsc from the JSDoc. Builds no wasm.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const www = join(root, 'www');
const pkg = join(root, 'pkg');
const minify = process.argv.includes('--minify');
const version = /^version = "(.+)"$/m.exec(await readFile(join(root, 'Cargo.toml'), 'utf8'))?.[1];

/** What people import: `loquat` is index, `loquat/NAME` the others. */
const ENTRIES = {
  index: 'engine/index.js',
  'prompt-api': 'engine/prompt-api.js',
  'ai-sdk': 'engine/ai-sdk.js',
  remote: 'engine/remote.js',
  element: 'widget/element.js',
  panel: 'widget/panel.js',
  frame: 'widget/frame.js',
};
/** No one imports these by name. */
const INTERNAL = new Set(['panel', 'frame']);
/** What those start; each whole in itself, because bundlers make workers without shared chunks. */
const WORKERS = ['engine/worker.js', 'engine/thread.js', 'cache/verify-worker.js', 'cache/chunk-worker.js'];
const FILES = ['ui/chat.css', 'widget/frame.html', 'widget/frame.css'];

const entries = Object.fromEntries(Object.entries(ENTRIES).filter(([, path]) => existsSync(join(www, path))));
const named = Object.keys(entries).filter((name) => !INTERNAL.has(name));
/** @type {{variants: Array<{name: string, needs: string[], glue: string, wasm: string}>}} */
const { variants } = JSON.parse(await readFile(join(pkg, 'variants.json'), 'utf8'));

/** The table with addresses written out, for bundlers to see. */
function table() {
  const rows = variants.map(({ name, needs, glue, wasm }) => {
    const at = (/** @type {string} */ path) => `new URL('./${path}', import.meta.url).href`;
    return `{ name: '${name}', needs: ${JSON.stringify(needs)}, glue: ${at(glue)}, wasm: ${at(wasm)} }`;
  });
  return `export const BUILDS = [${rows.join(', ')}];`;
}

/** @type {import('esbuild').Plugin} */
const flat = {
  name: 'flat',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (!path.startsWith(www + sep)) return undefined;
      if (path === join(www, 'engine/builds.js')) return { contents: table() };
      const source = await readFile(path, 'utf8');
      const address = /new URL\(\s*'([^']+\.\w+)'\s*,\s*import\.meta\.url\s*,?\s*\)/g;
      const here = (/** @type {string} */ _, /** @type {string} */ to) =>
        `new URL('./${basename(to)}', import.meta.url)`;
      if (path === join(www, 'widget/embed.js')) {
        return { contents: source.replaceAll("'widget/", "'") };
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
  plugins: [flat],
  define: { __LOQUAT_VERSION__: JSON.stringify(version) },
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
  return {
    name: 'loquat',
    version,
    description:
      'Language models in the web page itself: WebAssembly SIMD and WebGPU, under the APIs you know',
    license: 'MIT OR Apache-2.0',
    type: 'module',
    keywords: ['llm', 'gguf', 'webassembly', 'webgpu', 'openai', 'chat', 'widget'],
    exports: { ...exports, './widget.js': './widget.js', './*': './*' },
    types: exports['.'].types,
    // For the types of ./ai-sdk alone.
    peerDependencies: { '@ai-sdk/provider': '>=3' },
    peerDependenciesMeta: { '@ai-sdk/provider': { optional: true } },
    sideEffects: ['./element.js', './widget.js'],
    files: [
      '*.js',
      '*.css',
      '*.html',
      '*.LEGAL.txt',
      'variants.json',
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
await build({ ...common, entryPoints: inputs, splitting: true, chunkNames: '[name]-[hash]' });
for (const path of WORKERS) await build({ ...common, entryPoints: [join(www, path)] });
const launcher = join(www, 'widget/embed.js');
if (existsSync(launcher)) {
  const entryPoints = [{ in: launcher, out: 'widget' }];
  await build({ ...common, entryPoints, format: 'iife', minify: true });
}
for (const path of FILES) {
  if (existsSync(join(www, path))) await cp(join(www, path), join(pkg, basename(path)));
}
await types();
await writeFile(join(pkg, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) await cp(join(root, name), join(pkg, name));
const guide = join(root, 'docs/api.md');
if (existsSync(guide)) await cp(guide, join(pkg, 'README.md'));
