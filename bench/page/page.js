// The bench page: makes a driver when it is asked to by the bench, which calls `bench` from outside.
import { measureBandwidth } from './bandwidth.js';
import { loquatDriver } from './loquat.js';
import { transformersDriver } from './transformers.js';
import { wllamaDriver } from './wllama.js';

/** @typedef {import('../drivers/driver.js').Driver} Driver */

/** @type {Record<string, (model: string) => Driver>} */
const DRIVERS = {
  loquat: (model) => loquatDriver(model, 'cpu'),
  'loquat-gpu': (model) => loquatDriver(model, 'gpu'),
  transformers: () => transformersDriver('wasm'),
  'transformers-gpu': () => transformersDriver('webgpu'),
  wllama: (model) => wllamaDriver(model, 'cpu'),
  'wllama-gpu': (model) => wllamaDriver(model, 'gpu'),
};

/** @type {Driver | undefined} */
let driver;

const bench = {
  /** @param {string} name @param {string} model */
  use(name, model) {
    driver = DRIVERS[name](model);
  },
  /** @param {keyof Driver} method @param {any} argument @returns {Promise<any>} */
  call(method, argument) {
    if (!driver) throw new Error('no driver was chosen');
    return driver[method](argument);
  },
  isolated: () => crossOriginIsolated,
  bandwidth: (/** @type {number} */ passes) => measureBandwidth(passes),
};

/** @typedef {typeof bench} Bench */

Object.assign(globalThis, { bench });
