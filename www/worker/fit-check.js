// Whether a model that is about to be downloaded will run here: its size and header against this device. The numbers are weights/manage/fit.js's.
import { beside, checkFit, thisDevice, whyNot } from '../weights/manage/fit.js';
import { contextFacts } from '../weights/sources/gguf-header.js';

/** Tokens of context where nobody asks for a number, as the engine takes. */
const CONTEXT = 4096;

/** @typedef {{requestAdapter: () => Promise<{info?: {isFallbackAdapter?: boolean}, limits?: {maxBufferSize?: number}} | null>}} Gpu */

/** The device as this backend uses it. @param {import('../protocol/messages.js').Backend} backend @returns {Promise<import('../weights/manage/fit.js').Device>} */
async function deviceFor(backend) {
  const device = thisDevice();
  if (backend === 'cpu' || backend === 'scalar') return device;
  const { gpu } = /** @type {{gpu?: Gpu}} */ (/** @type {unknown} */ (globalThis.navigator ?? {}));
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter || adapter.info?.isFallbackAdapter) return device;
  return { ...device, gpu: true, gpuBufferBytes: adapter.limits?.maxBufferSize };
}

/** What is in the page's list of models, to name one that fits. @param {string} pkg @returns {Promise<import('../weights/manage/fit.js').Catalog>} */
async function catalogBeside(pkg) {
  try {
    return await (await fetch(new URL('../catalog.json', pkg))).json();
  } catch {
    return { note: '', models: [] };
  }
}

/** @param {import('../protocol/messages.js').LoadOptions} options @param {string} pkg @param {import('../weights/manage/fit.js').Held} held by other models @returns {NonNullable<import('../weights/read/open-model.js').OpenOptions['fit']>} */
export function fitCheck({ backend = 'auto', context_length, task }, pkg, held) {
  return async ({ name, size, head }) => {
    const facts = contextFacts(head, name);
    const need = {
      name,
      weightBytes: size,
      kvBytesPerToken: task === 'embed' ? 0 : (facts?.kvBytesPerToken ?? 0),
      contextLength: context_length ?? Math.min(CONTEXT, facts?.contextLength ?? CONTEXT),
    };
    const device = beside(await deviceFor(backend), held);
    if (whyNot(need, device)) checkFit(need, device, await catalogBeside(pkg));
  };
}
