// All that this worker changes of the browser's WebGPU, in one place, and nothing else does. Two methods are wrapped, here only and
// not in the page; each does what it did, and one thing more:
//
// - GPUAdapter.requestDevice also asks for subgroups, where the adapter has them: wgpu does not know the feature in browsers.
// - GPUDevice.createShaderModule has what the compiler says of each shader told to whoever listens: wgpu drops its warnings.
//
// To be gone when wgpu maps the feature, and gives the messages.

export const SUBGROUPS = /** @type {GPUFeatureName} */ ('subgroups');

/** What was changed, with what was there before. @type {Array<{owner: any, name: string, before: unknown}>} */
const changes = [];

/** @param {any} owner a prototype @param {string} name @param {(before: any) => unknown} wrap */
function change(owner, name, wrap) {
  const before = owner[name];
  changes.push({ owner, name, before });
  owner[name] = wrap(before);
}

/**
 * @param {(module: GPUShaderModule, name: string) => void} onShader
 * @param {{GPUAdapter?: {prototype: any}, GPUDevice?: {prototype: any}}} [scope] for tests
 * @returns {{subgroups: boolean}} whether devices come with subgroups where the adapter has them
 */
export function changeWebGpu(onShader, scope = /** @type {any} */ (globalThis)) {
  if (changes.length > 0) return { subgroups: true };
  const { GPUAdapter: adapter, GPUDevice: device } = scope;
  if (device) {
    change(
      device.prototype,
      'createShaderModule',
      (before) =>
        /** @this {GPUDevice} */ function (/** @type {GPUShaderModuleDescriptor} */ wanted) {
          const made = before.call(this, wanted);
          onShader(made, wanted.label ?? 'a shader');
          return made;
        },
    );
  }
  if (adapter) {
    change(
      adapter.prototype,
      'requestDevice',
      (before) =>
        /** @this {GPUAdapter} */ function (/** @type {GPUDeviceDescriptor} */ wanted = {}) {
          if (!this.features.has(SUBGROUPS)) return before.call(this, wanted);
          const requiredFeatures = [...new Set([...(wanted.requiredFeatures ?? []), SUBGROUPS])];
          return before.call(this, { ...wanted, requiredFeatures });
        },
    );
  }
  return { subgroups: Boolean(adapter) };
}

/** Puts everything back. */
export function restoreWebGpu() {
  for (const { owner, name, before } of changes.splice(0)) owner[name] = before;
}
