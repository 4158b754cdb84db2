// The bytes of a knowledge file made of given passages, without the wasm module that reads a merchant's files.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { gather } from '../../www/service/build/gather.js';
import { writeKnowledge } from '../../www/service/build/write-file.js';

/** @typedef {import('../../www/service/build/gather.js').Source} Source */

/** @param {Source[]} sources @param {import('../../www/service/build/gather.js').KnowledgeConfig} [config] */
export function knowledgeBytes(sources, config = {}) {
  /** @type {import('../../www/service/build/gather.js').Report} */
  const report = { leftOut: [], contradictions: [] };
  const knowledge = gather(sources, { name: 'Shop', ...config }, report);
  const digest = (/** @type {Uint8Array} */ bytes) =>
    createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const { bytes } = writeKnowledge(knowledge, (part) => new Uint8Array(gzipSync(part)), digest);
  return { bytes, report, knowledge };
}

/** A page of a site. @param {string} name @param {string[]} texts of its passages @returns {Source} */
export const page = (name, ...texts) => ({
  name,
  address: `/${name}`,
  title: name,
  passages: texts.map((text, number) => ({ number, text })),
});
