// esbuild shares code by cutting it into a chunk for every set of entries that want it, which makes dozens of files that a
// page loads at its start anyway. This puts those that a page loads together into one, and changes nothing else.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** @typedef {{path: string, contents: Uint8Array, text: string}} Output as esbuild gives it */
/** @typedef {import('esbuild').Metafile['outputs']} Graph */

const IMPORT = /\bimport\s*(?:\{([^}]*)\}\s*from\s*)?"([^"]+\/([^"/]+\.js))"/g;
const NAMED = /[\w.]+(?:-[\w.]+)*-[A-Z0-9]{8}(?=\.js)/g;

/** What these load: at once, or with what they may load later. @param {Graph} graph @param {Iterable<string>} from @param {boolean} later */
function reached(graph, from, later) {
  /** @type {Set<string>} in the order in which it runs */
  const found = new Set();
  const entered = new Set();
  /** @param {string} path */
  const visit = (path) => {
    if (entered.has(path) || !(path in graph)) return;
    entered.add(path);
    for (const { path: to, kind } of graph[path].imports)
      if (kind === 'import-statement' || (later && kind === 'dynamic-import')) visit(to);
    found.add(path);
  };
  for (const path of from) visit(path);
  return found;
}

/** `a as b, c` @param {string} list @returns {[from: string, to: string][]} */
const pairs = (list) =>
  list
    .split(',')
    .map((each) => each.trim().split(/\s+as\s+/))
    .filter(([from]) => from)
    .map(([from, to = from]) => [from, to]);

/** @param {string} text */
const short = (text) =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .toUpperCase()
    .slice(-8);

/** @param {number} n @returns {string} */
const letters = (n) => (n < 26 ? '' : letters(Math.floor(n / 26) - 1)) + String.fromCharCode(97 + (n % 26));

/** Until its name is known. @param {string} group */
const draft = (group) => `${group}-00000000.js`;

/** What a chunk says of files beside it. */
const NOTES = /^\/\*! For license information.*\*\/\n?|^\/\/# sourceMappingURL=.*\n?/gm;

/**
 * @typedef {object} Pages absolute paths of outputs, or the path of the module that a chunk is made of (`www/x.js`)
 * @property {Record<string, string>} stages what a page loads one after the other, each under the name that its chunk gets
 * @property {readonly string[]} apart scripts that other pages load alone, and that should not load a page's code for it
 * @property {readonly string[]} workers scripts without a page, for which a page's code is none
 */

/** The group of each chunk that is put together with others. @param {Graph} graph @param {Pages} pages absolute paths as keys @returns {Map<string, string[]>} */
function grouped(graph, { stages, apart, workers }) {
  const alone = reached(graph, apart, false);
  const without = reached(graph, workers, true);
  const seen = new Set(Object.values(stages));
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const [name, root] of Object.entries(stages)) {
    for (const path of reached(graph, [root], false)) {
      if (seen.has(path)) continue;
      seen.add(path);
      const group = alone.has(path) ? `${name}-base` : without.has(path) ? `${name}-common` : name;
      groups.set(group, [...(groups.get(group) ?? []), path]);
    }
  }
  for (const [name, members] of groups) if (members.length < 2) groups.delete(name);
  return groups;
}

/**
 * @param {{outputFiles: readonly Output[], metafile: import('esbuild').Metafile}} built with `splitting`
 * @param {Pages & {root: string, like: import('esbuild').BuildOptions}} options `root`: esbuild's working folder; `like`: how
 *   the first build was made: `minify`, `sourcemap`, `target`
 * @returns {Promise<Output[]>}
 */
export async function mergeChunks({ outputFiles, metafile }, { root, stages, apart, workers, like }) {
  const graph = metafile.outputs;
  const key = (/** @type {string} */ path) => relative(root, path).replaceAll('\\', '/');
  const found = (/** @type {string} */ path) => {
    const at = Object.keys(graph).find((each) => graph[each].entryPoint === path) ?? key(path);
    if (!(at in graph)) throw new Error(`no script is made of ${path}`);
    return at;
  };
  const groups = grouped(graph, {
    stages: Object.fromEntries(Object.entries(stages).map(([name, path]) => [name, found(path)])),
    apart: apart.map(found),
    workers: workers.map(found),
  });
  /** By the name of a chunk's file. @type {Map<string, {path: string, group: string}>} */
  const members = new Map();
  for (const [group, paths] of groups) for (const path of paths) members.set(basename(path), { path, group });
  if (members.size === 0) return [...outputFiles];
  const groupOf = (/** @type {string} */ path) => members.get(basename(path))?.group;

  // What the others want of a chunk gets a name of its own, and they ask for it by that.
  /** @type {Map<string, Map<string, string>>} */
  const exported = new Map([...members.values()].map(({ path }) => [path, new Map()]));
  let count = 0;
  /** @param {string} path @param {string} text */
  const rewritten = (path, text) =>
    text.replace(IMPORT, (whole, /** @type {string | undefined} */ list, address, name) => {
      const from = members.get(name);
      const names = from && exported.get(from.path);
      if (!names || from.group === groupOf(path)) return whole;
      for (const [one] of pairs(list ?? '')) if (!names.has(one)) names.set(one, letters(count++));
      const renamed = whole.replace(/\{[^}]*\}/, (braces) =>
        braces.replace(/([\w$]+)(\s+as\s+[\w$]+)?/g, (_, one, as = ` as ${one}`) => `${names.get(one)}${as}`),
      );
      return renamed.replace(address, `${address.slice(0, -name.length)}${draft(from.group)}`);
    });
  const texts = new Map(outputFiles.map(({ path, text }) => [key(path), text]));
  for (const [path, text] of texts) if (path.endsWith('.js')) texts.set(path, rewritten(path, text));

  const folder = dirname(resolve(root, [...exported.keys()][0]));
  /** @type {Map<string, {text: string, map: string}>} */
  const shared = new Map();
  for (const [group, paths] of groups) {
    const names = new Map(paths.map((path) => [path, exported.get(path) ?? new Map()]));
    shared.set(group, await bundle(group, names, { root, folder, texts, like }));
  }

  // Names change with what they stand for: that of a chunk that loads one of ours, at once or later, with all of ours.
  const mark = short([...shared.values()].map(({ text }) => text).join());
  /** @type {Map<string, string>} */
  const renames = new Map([...groups.keys()].map((group) => [draft(group).slice(0, -3), `${group}-${mark}`]));
  for (const path of texts.keys()) {
    const [, plain, hash] = /([^/]+)-([A-Z0-9]{8})\.js$/.exec(path) ?? [];
    if (hash && !members.has(basename(path)) && [...reached(graph, [path], true)].some(groupOf))
      renames.set(`${plain}-${hash}`, `${plain}-${short(hash + mark)}`);
  }
  const final = (/** @type {string} */ text) => text.replace(NAMED, (name) => renames.get(name) ?? name);

  /** @type {Output[]} */
  const outputs = [];
  const add = (/** @type {string} */ path, /** @type {string} */ text) =>
    outputs.push({ path: resolve(root, path), text, contents: Buffer.from(text) });
  for (const output of outputFiles) {
    const path = key(output.path);
    if (groupOf(path.replace(/(?<=\.js)\.(map|LEGAL\.txt)$/, ''))) continue;
    const text = texts.get(path);
    if (!path.endsWith('.js') || text === undefined) outputs.push({ ...output, path: final(output.path) });
    else add(final(path), final(text));
  }
  for (const [group, { text, map }] of shared) {
    const at = join(key(folder), `${group}-${mark}.js`);
    const own = (groups.get(group) ?? []).map((path) => texts.get(`${path}.LEGAL.txt`));
    const legal = own.filter((each) => each !== undefined).join('\n');
    const notice = legal ? `/*! For license information please see ${basename(at)}.LEGAL.txt */\n` : '';
    add(at, final(text) + notice + (map && `//# sourceMappingURL=${basename(at)}.map\n`));
    if (map) add(`${at}.map`, map);
    if (legal) add(`${at}.LEGAL.txt`, legal);
  }
  const gone = new RegExp(`/(${[...members.keys()].map((name) => name.replaceAll('.', '\\.')).join('|')})"`);
  for (const { path, text } of outputs)
    if (path.endsWith('.js') && gone.test(text)) throw new Error(`${path} loads ${gone.exec(text)?.[1]}`);
  return outputs;
}

/**
 * @param {string} group @param {Map<string, Map<string, string>>} exported
 * @param {{root: string, folder: string, texts: Map<string, string>, like: import('esbuild').BuildOptions}} how
 */
async function bundle(group, exported, { root, folder, texts, like }) {
  const lines = [...exported].map(([path, names]) => {
    const list = [...names].map(([from, to]) => `${from} as ${to}`).join(', ');
    return list ? `export { ${list} } from './${basename(path)}';` : `import './${basename(path)}';`;
  });
  const own = new Map([...exported.keys()].map((path) => [basename(path), path]));
  const { outputFiles } = await build({
    target: like.target ?? 'es2022',
    minify: like.minify ?? false,
    sourcemap: like.sourcemap ? 'external' : false,
    stdin: { contents: lines.join('\n'), resolveDir: folder, sourcefile: draft(group) },
    outfile: join(folder, draft(group)),
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [
      {
        name: 'merge-chunks',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path, kind }) => {
            if (kind === 'entry-point') return undefined;
            const found = kind === 'import-statement' ? own.get(basename(path)) : undefined;
            return found ? { path: resolve(root, found) } : { path, external: true };
          });
          onLoad({ filter: /\.js$/ }, ({ path }) => {
            const name = relative(root, path).replaceAll('\\', '/');
            const code = (texts.get(name) ?? '').replace(NOTES, '');
            const map = texts.get(`${name}.map`);
            const data = map ? Buffer.from(map).toString('base64') : '';
            return {
              contents: data ? `${code}\n//# sourceMappingURL=data:application/json;base64,${data}\n` : code,
            };
          });
        },
      },
    ],
  });
  const ending = (/** @type {string} */ end) =>
    outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { text: ending('.js'), map: ending('.map') };
}
