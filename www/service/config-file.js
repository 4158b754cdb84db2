// A merchant's configuration, fetched and checked against its schema.
import schema from './service.schema.json' with { type: 'json' };
import { readChecked } from './validate.js';

/** @typedef {{config: import('./config.js').ServiceConfig, problems: import('./validate.js').Problem[]}} Read a broken one is empty */

/** @param {string} source @returns {Promise<Read>} */
export async function readConfig(source) {
  const { value, problems } = await readChecked(source, schema);
  return { config: problems.length > 0 ? { version: 1 } : value, problems };
}

/** @param {string} address @returns {Promise<Read>} */
export async function fetchConfig(address) {
  const response = await fetch(address);
  if (!response.ok)
    throw Object.assign(new Error(`The configuration at ${address} answered ${response.status}.`), {
      code: 'config_unreachable',
      remedy: 'Check the address.',
    });
  return readConfig(await response.text());
}
