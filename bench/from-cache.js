// How near loading from the cache is to what it can't do without: reading the model's bytes from IndexedDB and repacking
// them. Run by hand on a calm machine: LOQUAT_MODEL=FILE node bench/from-cache.js. Needs dist/ with its wasm builds.
import { launch, MODEL, MODEL_PATH, open } from '../tests/browser/harness.js';
import { parts } from '../tests/browser/page.js';
import { startServer } from '../tests/browser/server.js';
import { median } from './stats.js';

const ROUNDS = 5;
const AIM = 1.3;

if (!MODEL) throw new Error('LOQUAT_MODEL names no model file');
const server = await startServer({ files: { [MODEL_PATH]: MODEL } });
const browser = await launch();
try {
  const { page } = await open(browser.context, `${server.origin}/?backend=cpu`);
  await parts(page).agree();
  const stored = () => /** @type {any} */ (globalThis).loquat.app.store.get().model.status === 'ready';
  await page.waitForFunction(stored, undefined, { timeout: 120_000 });
  /** @type {Array<Awaited<ReturnType<typeof measure>>>} */
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await page.evaluate(measure));
  const of = (/** @type {'read' | 'repack' | 'load'} */ name) => median(rounds.map((round) => round[name]));
  const ratio = median(rounds.map(({ read, repack, load }) => load / (read + repack)));
  console.log(`medians of ${ROUNDS} rounds, on the build ${rounds[0].variant}`);
  console.log(`reading from IndexedDB ${of('read').toFixed(0)} ms, repacking ${of('repack').toFixed(0)} ms`);
  console.log(`load from the cache ${of('load').toFixed(0)} ms: ${ratio.toFixed(2)} × the two; aim ≤ ${AIM}`);
} finally {
  await browser.close();
  await server.stop();
}

/** In the page: each alone, one after the other. */
async function measure() {
  const { app } = /** @type {any} */ (globalThis).loquat;
  const { variant } = app.store.get().model.info;
  await app.model.client.unload();
  const db = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('loquat-weights');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  let from = performance.now();
  /** @type {Array<{bytes: ArrayBuffer}>} */
  const chunks = [];
  const get = (/** @type {(store: IDBObjectStore) => IDBRequest} */ ask) =>
    new Promise((resolve, reject) => {
      const asked = ask(db.transaction('chunks').objectStore('chunks'));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  for (const key of await get((store) => store.getAllKeys()))
    chunks.push(await get((store) => store.get(key)));
  const read = performance.now() - from;
  db.close();
  const file = new Uint8Array(await new Blob(chunks.map(({ bytes }) => bytes)).arrayBuffer());

  // One thread's build: repacking is done by one.
  const folder = new URL('pkg/relaxed/', document.baseURI).href;
  const module = await import(`${folder}loquat.js`);
  await module.default({ module_or_path: `${folder}loquat_bg.wasm` });
  const loader = new module.Loader({ backend: 'cpu', threads: 1 });
  loader.header(file.subarray(0, 4 << 20));
  await loader.open?.();
  from = performance.now();
  for (const { index, offset, size } of loader.tensors())
    loader.tensor(index, file.subarray(offset, offset + size));
  const engine = await loader.finish();
  const repack = performance.now() - from;
  engine.free();

  from = performance.now();
  await app.model.load();
  const load = performance.now() - from;
  return { read, repack, load, variant };
}
