// The wasm module `documents` in Node: files to passages, as the page reads them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where the wasm modules are: beside this file in the package, in pkg/ in the repository. */
const PLACES = ['.', '../../pkg'];

/** @returns {Promise<import('./read-file.mjs').Documents>} */
export async function openDocuments() {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = PLACES.map((place) => join(here, place)).find((place) =>
    existsSync(join(place, 'modules.json')),
  );
  if (!folder)
    throw new Error('The wasm module that reads documents is not built: run “cargo xtask build” first.');
  /** @type {{modules: Record<string, {glue: string, wasm: string}>}} */
  const { modules } = JSON.parse(await readFile(join(folder, 'modules.json'), 'utf8'));
  const { glue, wasm } = modules.documents;
  const module = await import(pathToFileURL(join(folder, glue)).href);
  await module.default({ module_or_path: await readFile(join(folder, wasm)) });
  /** @param {(documents: any) => void} add */
  const passages = (add) => {
    const documents = new module.Documents();
    try {
      add(documents);
      const list = JSON.parse(documents.passages(0));
      const [entry] = JSON.parse(documents.entries());
      return Object.assign(list, entry?.title ? { title: entry.title } : {});
    } catch (error) {
      if (typeof error !== 'string') throw error;
      const { code, values } = JSON.parse(error);
      throw new Error(`${code} ${JSON.stringify(values)}`);
    } finally {
      documents.free();
    }
  };
  return {
    read: (name, bytes) => passages((documents) => documents.add_file(name, undefined, bytes)),
    readPaged: (paged) => passages((documents) => documents.add_pages(paged)),
  };
}
