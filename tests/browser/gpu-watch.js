// What a worker of the GPU tests puts around the browser's WebGPU interface: counters, and faults of a driver.

/** @type {string[]} what was compiled */
export const shaders = [];

/** How a driver may be broken: a shader's text as it was meant to the text that it compiles. @type {Record<string, (code: string) => string>} */
const FLAWS = {
  // Norms that are a tenth too large: every number after them is wrong.
  numbers: (code) => code.replaceAll('inverseSqrt(', '1.1 * inverseSqrt('),
  // Neighbours in a quad that are not there, and a device that refuses to look for them.
  swaps: (code) => code.replaceAll('quadSwapX(', 'quadSwapY('),
  quads: (code) => code.replaceAll('quadSwapX(', 'quadSwapZ('),
  compiler: (code) => (code.includes('inverseSqrt(') ? `${code}\nfn refused( {` : code),
};

/** @param {string} [flaw] */
export function watchShaders(flaw) {
  if (!globalThis.GPUDevice) return;
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (wanted) {
    const code = flaw ? FLAWS[flaw](wanted.code) : wanted.code;
    shaders.push(code);
    return createShaderModule.call(this, { ...wanted, code });
  };
}

/** Calls of the WebGPU interface so far: command buffers submitted, and what was made on a device by kind. */
export const calls = { submits: 0, made: /** @type {Record<string, number>} */ ({}) };

const MAKERS = ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createShaderModule'];

export function countCalls() {
  if (!globalThis.GPUQueue) return;
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    calls.submits += [...buffers].length;
    return submit.call(this, buffers);
  };
  const device = /** @type {any} */ (GPUDevice.prototype);
  for (const name of MAKERS) {
    const make = device[name];
    device[name] = function (/** @type {any[]} */ ...words) {
      calls.made[name] = (calls.made[name] ?? 0) + 1;
      return make.apply(this, words);
    };
  }
}

/** @type {Array<string | undefined>} how each device ended, in the order they were opened */
export const ends = [];

/** @param {boolean} subgroups */
export function watchDevices(subgroups) {
  if (!globalThis.GPUAdapter) return;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (wanted) {
    const requiredFeatures = /** @type {GPUFeatureName[]} */ ([
      ...(wanted?.requiredFeatures ?? []),
      ...(subgroups ? ['subgroups'] : []),
    ]);
    const device = await requestDevice.call(this, { ...wanted, requiredFeatures });
    const at = ends.push(undefined) - 1;
    device.lost.then(({ reason }) => (ends[at] = reason));
    return device;
  };
}

/** @param {number} limit bytes */
export function refuseCaches(limit) {
  const { createBuffer, pushErrorScope, popErrorScope } = GPUDevice.prototype;
  let refused = false;
  GPUDevice.prototype.createBuffer = function (wanted) {
    refused = wanted.label === 'keys and values' && wanted.size > limit;
    if (!refused) return createBuffer.call(this, wanted);
    // Without a usage it is as invalid as one that found no memory.
    pushErrorScope.call(this, 'validation');
    const buffer = createBuffer.call(this, { ...wanted, usage: 0 });
    void popErrorScope.call(this);
    return buffer;
  };
  GPUDevice.prototype.popErrorScope = async function () {
    const short = refused;
    refused = false;
    const error = await popErrorScope.call(this);
    return short ? new GPUOutOfMemoryError('no room') : error;
  };
}
