// The widget as one folder for a CDN or another host of files: cdn/loquat-chat@VERSION-HASH/, whose name changes with anything
// in it, so that all of it may be kept for ever. Each file's integrity is in integrity.json, what the frame loads at its start is
// held to it by the browser, and embed.html has the line for a site. Made of dist/, builds nothing.
//
//   node xtask/cdn.mjs [--from dist] [--out cdn] [--embedders "https://shop.example https://…"]
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'dist' },
    out: { type: 'string', default: 'cdn' },
    embedders: { type: 'string', default: '' },
  },
});
const from = resolve(root, values.from);
const out = resolve(root, values.out);
if (!existsSync(join(from, 'widget.js'))) throw new Error(`${from} is no built page: run “cargo xtask dist”`);

/** The page's own, which belongs to an origin of its own, and what hosts add. */
const LEFT_OUT = /^(index|configurator)\.html$|^(main|sw|heal)\.js$|^manifest\.|^icons\/|\.(map|br|gz)$/;
const IMPORT = /(?:import|export)\s*(?:[\w${},*\s]+from\s*)?"(\.[^"]+)"/g;

/** @param {string | Uint8Array} bytes */
const integrity = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

/** @type {Map<string, Uint8Array>} */
const files = new Map();
for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const name = relative(from, path).replaceAll('\\', '/');
  if (entry.isFile() && !LEFT_OUT.test(name)) files.set(name, await readFile(path));
}

/** A module and what it imports at once, those without imports first. @param {string} name @param {Set<string>} found */
function closure(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, to] of String(files.get(name)).matchAll(IMPORT)) closure(join(dirname(name), to), found);
  return found;
}

/** A page's scripts and styles with their integrity; those that its script imports are named before it, or theirs would be asked too late. @param {string} name */
function withIntegrity(name) {
  const page = String(files.get(name));
  const held = (/** @type {string} */ address) =>
    `integrity="${integrity(files.get(join(dirname(name), address)) ?? '')}"`;
  return page
    .replace(/<link rel="stylesheet" href="([^"]+)"/g, (tag, address) => `${tag} ${held(address)}`)
    .replace(/( *)<script type="module" src="([^"]+)"/g, (tag, space, address) => {
      const [, ...imported] = closure(join(dirname(name), address));
      const links = imported.map((path) => {
        const href = relative(dirname(name), path).replaceAll('\\', '/');
        return `${space}<link rel="modulepreload" href="${href}" integrity="${integrity(files.get(path) ?? '')}" />\n`;
      });
      return `${links.join('')}${tag} ${held(address)}`;
    })
    .replace(/(<meta name="loquat-embedders" content=")[^"]*"/, (_, start) => `${start}${values.embedders}"`);
}
for (const name of files.keys())
  if (name.endsWith('.html')) files.set(name, Buffer.from(withIntegrity(name)));

const sums = Object.fromEntries([...files].sort().map(([name, bytes]) => [name, integrity(bytes)]));
const version = /^version = "(.+)"$/m.exec(await readFile(join(root, 'Cargo.toml'), 'utf8'))?.[1];
const mark = createHash('sha256').update(JSON.stringify(sums)).digest('hex').slice(0, 10);
const folder = `loquat-chat@${version}-${mark}`;
const line = `<script async src="https://cdn.example/${folder}/widget.js" integrity="${sums['widget.js']}" crossorigin="anonymous" data-frame data-title="Ask us"></script>\n`;

await rm(out, { recursive: true, force: true });
for (const [name, bytes] of files) {
  const path = join(out, folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
await writeFile(join(out, folder, 'integrity.json'), `${JSON.stringify(sums, null, 2)}\n`);
await writeFile(join(out, 'embed.html'), line);
console.log(
  `${relative(root, join(out, folder))}: ${files.size} files. The line for a site is in embed.html.`,
);
