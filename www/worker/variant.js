// Picks which build of the wasm engine this browser can run, by compiling tiny real modules. Loads nothing itself.

/**
 * One build in `pkg/variants.json`, best first. `needs` names features of FEATURES below.
 * @typedef {{name: string, glue: string, wasm: string, needs: string[], bytes?: number}} Variant
 * @typedef {{name: string, glue: string, wasm: string, threads: boolean, reason: string}} VariantChoice absolute addresses
 */

// (module (func (drop (i8x16.splat (i32.const 0)))))
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
];

// (module (func (param v128 v128 v128) (drop (i32x4.relaxed_dot_i8x16_i7x16_add_s …)))): opcode 0xfd 0x113.
const RELAXED = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 3, 123, 123, 123, 0, 3, 2, 1, 0, 10, 14, 1, 12, 0, 32, 0, 32, 1,
  32, 2, 253, 147, 2, 26, 11,
];

/** @param {number[]} bytes */
async function compiles(bytes) {
  try {
    await WebAssembly.compile(new Uint8Array(bytes));
    return true;
  } catch {
    return false;
  }
}

/** @type {Record<string, () => boolean | Promise<boolean>>} */
export const FEATURES = {
  simd: () => compiles(SIMD),
  'relaxed-simd': () => compiles(RELAXED),
  threads: () =>
    typeof SharedArrayBuffer !== 'undefined' &&
    /** @type {{crossOriginIsolated?: boolean}} */ (globalThis).crossOriginIsolated === true,
};

/**
 * The first variant whose features are all here; the table is ordered best first.
 * @param {Variant[]} variants
 * @param {string} base address of the pkg folder, ending in a slash
 * @param {Record<string, () => boolean | Promise<boolean>>} [features]
 * @param {string} [wanted] insist on this variant
 * @returns {Promise<VariantChoice>}
 */
export async function chooseVariant(variants, base, features = FEATURES, wanted) {
  /** @type {string[]} */
  const passed = [];
  for (const variant of variants) {
    if (wanted && variant.name !== wanted) continue;
    /** @type {string[]} */
    const missing = [];
    for (const name of variant.needs) if (!(await features[name]?.())) missing.push(name);
    if (missing.length === 0) {
      const reason = passed.length > 0 ? passed.join('; ') : 'the fastest build there is';
      const at = (/** @type {string} */ path) => new URL(path, base).href;
      const threads = variant.needs.includes('threads');
      return { name: variant.name, glue: at(variant.glue), wasm: at(variant.wasm), threads, reason };
    }
    passed.push(`no ${missing.join(' and ')} for ${variant.name}`);
  }
  const error = /** @type {Error & {code?: string, remedy?: string}} */ (
    new Error(`This browser can run none of the ${variants.length} engine builds: ${passed.join('; ')}.`)
  );
  error.code = 'engine_unsupported';
  error.remedy = 'Use a browser with WebAssembly SIMD: Chrome 91, Firefox 89, Safari 16.4 or newer.';
  throw error;
}

/**
 * Reads the table of builds next to the engine.
 * @param {string} base
 * @returns {Promise<Variant[]>}
 */
export async function readVariants(base) {
  const address = new URL('variants.json', base).href;
  const response = await fetch(address).catch(() => undefined);
  const body = response?.ok ? await response.json().catch(() => undefined) : undefined;
  if (Array.isArray(body?.variants)) return body.variants;
  const error = /** @type {Error & {code?: string, remedy?: string}} */ (
    new Error(
      `The engine's table of builds could not be read: ${address} (${response?.status ?? 'no answer'}).`,
    )
  );
  error.code = 'engine_unreachable';
  error.remedy =
    'Check the connection and reload; whoever runs this site must serve the pkg folder next to the page.';
  throw error;
}
