// Which engines are measured in which browser, and as which of the page's drivers. Starts nothing.
import { startChromium, startFirefox } from './browser.js';

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {(address: string) => Promise<import('./browser.js').Browser>} start
 * @property {Record<string, string>} drivers of the page, by engine
 * @property {string[]} engines that are measured unless others are asked for
 */

/** @type {Place[]} */
export const CPU = [
  {
    name: 'Chromium',
    start: (address) => startChromium(address, { gpu: false }),
    drivers: { loquat: 'loquat', wllama: 'wllama', transformers: 'transformers' },
    engines: ['loquat', 'wllama', 'native'],
  },
];

/** A peer's GPU path beside Loquat's, where that path runs: wllama asks for shader-f16, which SwiftShader lacks. @type {Place[]} */
export const GPU = [
  {
    name: 'Chromium on SwiftShader',
    start: (address) => startChromium(address, { gpu: true }),
    drivers: { loquat: 'loquat-gpu', transformers: 'transformers-gpu' },
    engines: ['loquat', 'transformers'],
  },
  {
    name: 'Firefox on lavapipe',
    start: startFirefox,
    drivers: { loquat: 'loquat-gpu', wllama: 'wllama-gpu' },
    engines: ['loquat', 'wllama'],
  },
];
