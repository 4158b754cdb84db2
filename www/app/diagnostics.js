// What helps to find a fault, as text: versions, browser, device, model, last errors. Never a word of the conversations.
/// <reference path="../globals.d.ts" />

/** @typedef {{requestAdapter: () => Promise<{info?: Record<string, unknown>, limits?: Record<string, number>, features?: Iterable<string>} | null>}} Gpu */

/** @returns {Promise<unknown>} */
async function adapter() {
  const { gpu } = /** @type {{gpu?: Gpu}} */ (/** @type {unknown} */ (globalThis.navigator ?? {}));
  if (!gpu) return 'no WebGPU';
  const found = await gpu.requestAdapter().catch(() => null);
  if (!found) return 'no adapter';
  const { vendor, architecture, device, description } = found.info ?? {};
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = found.limits ?? {};
  return {
    vendor,
    architecture,
    device,
    description,
    features: [...(found.features ?? [])],
    limits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
  };
}

/** Addresses may carry keys; what is asked for is enough. @param {string} text */
const withoutQueries = (text) => text.replace(/(https?:\/\/[^\s?#]+)[?#][^\s"]*/g, '$1');

/** The page's version, and the contents that the service worker keeps. */
async function versions() {
  const kept = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  const loquat = typeof __LOQUAT_VERSION__ === 'string' ? __LOQUAT_VERSION__ : 'not built';
  return { loquat, shell: kept.filter((name) => name.startsWith('loquat-shell')) };
}

/**
 * @param {import('./app.js').AppState} state
 * @param {number | string} requests since the model was ready
 */
export async function diagnostics({ model, settings, errors, list, context }, requests) {
  const { userAgent, hardwareConcurrency, language } = globalThis.navigator ?? {};
  const storage = await globalThis.navigator?.storage?.estimate?.().catch(() => undefined);
  const { system: _system, personas: _personas, remoteKey: _key, ...rest } = settings;
  const facts = {
    versions: await versions(),
    browser: { userAgent, hardwareConcurrency, language },
    isolated: globalThis.crossOriginIsolated ?? false,
    adapter: await adapter(),
    storage: storage && { quota: storage.quota, usage: storage.usage },
    model: { name: model.name, status: model.status, info: model.info },
    settings: rest,
    conversations: list.length,
    context: { used: context.used, omitted: context.omitted.length },
    requests,
    errors: errors.map(({ code, message }) => ({ code, message })),
  };
  return withoutQueries(JSON.stringify(facts, null, 1));
}
