// What helps to find a fault, as text: browser, device, model, last errors. Never a word of the conversations.

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

/**
 * @param {import('./app.js').AppState} state
 * @param {number} requests since the model was ready
 */
export async function diagnostics({ model, settings, errors, list, context }, requests) {
  const { userAgent, hardwareConcurrency, language } = globalThis.navigator ?? {};
  const storage = await globalThis.navigator?.storage?.estimate?.().catch(() => undefined);
  const { system: _system, personas: _personas, remoteKey: _key, ...rest } = settings;
  const facts = {
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
  return JSON.stringify(facts, null, 1);
}
