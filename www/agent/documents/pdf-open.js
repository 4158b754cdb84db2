// Opens PDF files with pdf.js, which is loaded at the first one: its code, worker, CMaps, fonts and decoders all come
// from our own folder.
import { LoquatError } from '../../protocol/messages.js';
import { readPages } from './pdf-pages.js';

/**
 * @typedef {(wrong: boolean) => Promise<string | null>} AskPassword null: there is none
 * @typedef {{document: any, library: any, close: () => Promise<void>}} OpenPdf of pdf.js
 */

/** @param {string} pkg address of the folder with the wasm builds; pdf.js is in pdfjs/ below it */
async function pdfjs(pkg) {
  const at = (/** @type {string} */ path) => new URL(`pdfjs/${path}`, pkg).href;
  const library = await import(/* webpackIgnore: true */ at('pdf.min.mjs')).catch((error) => {
    throw new LoquatError('module_missing', `pdf.js: ${error.message}`);
  });
  library.GlobalWorkerOptions.workerSrc = at('pdf.worker.min.mjs');
  return { library, at };
}

/**
 * Opens a file, to read or to show it.
 * @param {Uint8Array} bytes are given away @param {string} pkg
 * @param {{signal?: AbortSignal, password?: AskPassword}} [options]
 * @returns {Promise<OpenPdf>}
 */
export async function openPdf(bytes, pkg, { signal, password } = {}) {
  const { library, at } = await pdfjs(pkg);
  signal?.throwIfAborted();
  const task = library.getDocument({
    data: bytes,
    cMapUrl: at('cmaps/'),
    standardFontDataUrl: at('standard_fonts/'),
    wasmUrl: at('wasm/'),
    verbosity: 0,
  });
  const close = () => task.destroy();
  signal?.addEventListener('abort', close);
  task.onPassword = async (
    /** @type {(password: string | Error) => void} */ give,
    /** @type {number} */ reason,
  ) => {
    const given = await password?.(reason === library.PasswordResponses.INCORRECT_PASSWORD);
    give(given ?? new LoquatError('document_password', 'The file is encrypted.'));
  };
  try {
    const document = await task.promise;
    return {
      document,
      library,
      close: () => (signal?.removeEventListener('abort', close), close()),
    };
  } catch (error) {
    signal?.removeEventListener('abort', close);
    await close();
    signal?.throwIfAborted();
    throw asOwn(error);
  }
}

/** @param {unknown} error */
function asOwn(error) {
  if (error instanceof LoquatError) return error;
  const { name, message } = /** @type {Error} */ (error);
  return new LoquatError(name === 'PasswordException' ? 'document_password' : 'document_damaged', message);
}

/**
 * A PDF's pages of lines.
 * @param {Uint8Array} bytes are given away @param {string} pkg
 * @param {{signal?: AbortSignal, password?: AskPassword} & import('./pdf-pages.js').PagesOptions} options
 */
export async function readPdf(bytes, pkg, options) {
  const pdf = await openPdf(bytes, pkg, options);
  try {
    return await readPages(pdf.document, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw asOwn(error);
  } finally {
    await pdf.close();
  }
}
