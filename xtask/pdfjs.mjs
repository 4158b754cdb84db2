// pdf.js and what it reads with, for the page and the package: files of the installed package by their path below pdfjs/.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/pdfjs-dist');
const CODE = ['legacy/build/pdf.min.mjs', 'legacy/build/pdf.worker.min.mjs', 'LICENSE'];
const FOLDERS = ['cmaps', 'standard_fonts', 'wasm'];

/** @returns {Promise<Map<string, string>>} where each file is */
export async function pdfjsFiles() {
  const found = new Map(CODE.map((path) => [basename(path), join(from, path)]));
  for (const folder of FOLDERS) {
    for (const entry of await readdir(join(from, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      // Scripts within documents are not run.
      if (entry.isFile() && !path.includes('quickjs')) found.set(relative(from, path), path);
    }
  }
  return found;
}
