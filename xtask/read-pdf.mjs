// The pages of a PDF as JSON, on the page's own path (pdf.js and www/agent/documents): read-pdf.mjs FILE [PASSWORD]
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPages } from '../www/agent/documents/pdf-pages.js';

// Node 20 lacks what pdf.js takes for granted.
/** @type {any} */ (Promise).withResolvers ??= () => {
  /** @type {any} */
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');

const [file, password] = process.argv.slice(2);
if (!file) {
  console.error('read-pdf.mjs FILE [PASSWORD]');
  process.exit(2);
}
const folder = dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')));
try {
  const task = getDocument({
    data: new Uint8Array(await readFile(file)),
    ...(password ? { password } : {}),
    cMapUrl: `${folder}/cmaps/`,
    standardFontDataUrl: `${folder}/standard_fonts/`,
    wasmUrl: `${folder}/wasm/`,
    useSystemFonts: false,
    verbosity: 0,
  });
  const document = await task.promise;
  console.log(JSON.stringify(await readPages(document)));
  await task.destroy();
} catch (error) {
  const { name, message } = /** @type {Error} */ (error);
  console.error(
    name === 'PasswordException' ? `${file} is encrypted: give its password` : `${file}: ${message}`,
  );
  process.exit(1);
}
