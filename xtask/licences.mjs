// What is in the shipped JavaScript that others wrote: their licences in one file, and a bill of materials (CycloneDX).
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @typedef {{name: string, version: string, license: string, text: string}} Package */

/** The folder of the package that a file belongs to. @param {string} path @returns {string | undefined} */
const folderOf = (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path.replaceAll('\\', '/'))?.[1];

/** Packages whose code is in a build. @param {Iterable<string>} inputs files that went into it, from the repository's root @returns {Promise<Package[]>} by name */
export async function packagesOf(inputs) {
  const folders = [...new Set([...inputs].map(folderOf))].filter((folder) => folder !== undefined);
  const found = await Promise.all(
    folders.map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      const files = (await readdir(join(root, folder))).filter((each) => /^(licen[cs]e|copying)/i.test(each));
      const texts = await Promise.all(
        files.sort().map((each) => readFile(join(root, folder, each), 'utf8').catch(() => '')),
      );
      return { name, version, license: String(license), text: texts.map((text) => text.trim()).join('\n\n') };
    }),
  );
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** @param {readonly Package[]} packages */
export function licenceFile(packages) {
  const entries = packages.map(
    ({ name, version, license, text }) => `${'='.repeat(70)}\n${name} ${version}\n${license}\n\n${text}\n`,
  );
  const what =
    'The JavaScript of Loquat (MIT OR Apache-2.0) has code of these packages in it.\nWhat is compiled to WebAssembly is listed in Cargo.lock.\n\n';
  return what + entries.join('\n');
}

/** By npm, from the lock file; the same for the same lock file. @returns {Promise<string>} */
export async function billOfMaterials() {
  const args = ['sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { stdout } = await promisify(execFile)(npm, args, { cwd: root, maxBuffer: 1 << 26 });
  const { serialNumber: _, ...bom } = JSON.parse(stdout);
  delete bom.metadata.timestamp;
  bom.metadata.component.name = 'loquat';
  return `${JSON.stringify(bom, null, 1)}\n`;
}
