// Where a site names its policy file: an address on the site itself, or nothing.
import { LoquatError } from '../protocol/messages.js';

/** @param {string} address relative to the page; empty: the default policy @returns {Promise<string>} the file */
export async function readPolicy(address) {
  if (address === '') return '';
  const response = await fetch(new URL(address, document.baseURI));
  if (response.ok) return response.text();
  const message = `${address}: HTTP ${response.status}`;
  throw new LoquatError('policy_missing', message, 'Check the address of the policy file.');
}
