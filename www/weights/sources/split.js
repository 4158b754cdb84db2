// A split GGUF (-00001-of-00003) read as one file: a joined header, then the parts' data. The engine never learns that there were parts.

import { CacheError } from '../../protocol/weights-error.js';
import { mergeHeaders, parseHeader } from './gguf-header.js';
import { Opening } from '../read/opening.js';

/** The longest header that is believed, bytes. */
const MAX_HEADER = 256 * 1024 * 1024;

/**
 * @typedef {import('../read/open-model.js').Model} Model
 * @typedef {import('../fetch/download-speed.js').Progress} Progress
 */

/**
 * @param {import('./sources.js').Target[]} targets @param {import('../read/opening.js').Shared} shared
 * @returns {Promise<Model>}
 */
export async function joinParts(targets, shared) {
  const tell = combine(targets.length, shared.options.onProgress);
  const opening = targets.map((_, i) => {
    const options = { ...shared.options, onProgress: tell(i) };
    return new Opening(targets, i, { ...shared, options }).open();
  });
  const opened = await Promise.allSettled(opening);
  const parts = opened.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
  try {
    const failed = opened.find((o) => o.status === 'rejected');
    if (failed) throw failed.reason;
    return await join(parts, targets[0].group);
  } catch (e) {
    for (const part of parts) part.close();
    throw e;
  }
}

/** Parts that were dropped in together, in any order. @param {Model[]} parts */
export async function joinFiles(parts) {
  parts.sort((a, b) => a.name.localeCompare(b.name));
  return join(parts, parts[0].id);
}

/** @param {Model} part */
async function headerOf(part) {
  for (let n = Math.min(part.size, 1 << 20); ; n = Math.min(part.size, n * 4)) {
    const bytes = await part.read(0, n);
    const header = parseHeader(bytes, part.name);
    if (header) return { header, bytes, dataSize: Math.max(0, part.size - header.dataStart) };
    if (n >= Math.min(part.size, MAX_HEADER))
      throw new CacheError('truncated', `${part.name}: the header does not end within ${n} bytes.`);
  }
}

/** @param {Model[]} parts @param {string} id @returns {Promise<Model>} */
async function join(parts, id) {
  const heads = await Promise.all(parts.map(headerOf));
  heads.forEach(({ header }, i) => {
    const number = header.metadata.find(({ key }) => key === 'split.no')?.value;
    const count = header.metadata.find(({ key }) => key === 'split.count')?.value;
    if (number !== i || count !== parts.length) {
      throw new CacheError(
        'split_mismatch',
        `${parts[i].name} is part ${(number ?? 0) + 1} of ${count ?? 1}, want ${i + 1} of ${parts.length}.`,
      );
    }
  });
  const { bytes, bases, size } = mergeHeaders(heads);
  /** @type {Array<{start: number, end: number, read: Model['read']}>} gaps between parts read as zeros */
  const regions = [
    { start: 0, end: bytes.length, read: async (at, n) => bytes.slice(at, at + n) },
    ...parts.map((part, i) => {
      const start = bytes.length + bases[i];
      return {
        start,
        end: start + heads[i].dataSize,
        read: (/** @type {number} */ at, /** @type {number} */ n) =>
          part.read(heads[i].header.dataStart + at, n),
      };
    }),
  ];
  return {
    id,
    name: parts[0].name,
    size,
    etag: undefined,
    sha256: undefined,
    fromCache: parts.every((part) => part.fromCache),
    get stored() {
      return parts.every((part) => part.stored);
    },
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new CacheError(
          'read_out_of_range',
          `${parts[0].name}: bytes ${offset}..${offset + length} of ${size} were asked for.`,
        );
      }
      const end = offset + length;
      const inOne = regions.find((r) => r.start <= offset && end <= r.end);
      if (inOne) return inOne.read(offset - inOne.start, length);
      const out = new Uint8Array(length);
      for (const r of regions) {
        const from = Math.max(offset, r.start);
        const to = Math.min(end, r.end);
        if (from < to) out.set(await r.read(from - r.start, to - from), from - offset);
      }
      return out;
    },
    pause: () => parts.forEach((part) => part.pause()),
    resume: () => parts.forEach((part) => part.resume()),
    done: Promise.all(parts.map((part) => part.done)).then(() => {}),
    get verified() {
      return Promise.all(parts.map((part) => part.verified)).then((v) =>
        v.includes('unknown') ? 'unknown' : v.includes('learned') ? 'learned' : 'published',
      );
    },
    close: () => parts.forEach((part) => part.close()),
  };
}

/** The parts' progress added up. @param {number} count @param {import('../fetch/download-speed.js').OnProgress | undefined} tell */
function combine(count, tell) {
  /** @type {Array<Progress | undefined>} */
  const latest = Array.from({ length: count }, () => undefined);
  return (/** @type {number} */ i) => (/** @type {Progress} */ progress) => {
    latest[i] = progress;
    const sum = (/** @type {(p: Progress) => number} */ of) =>
      latest.reduce((n, p) => n + (p ? of(p) : 0), 0);
    const total = latest.every((p) => p?.total !== undefined) ? sum((p) => p.total ?? 0) : undefined;
    const loaded = sum((p) => p.loaded);
    const bytesPerSecond = sum((p) => p.bytesPerSecond);
    const secondsLeft =
      total !== undefined && bytesPerSecond > 0 ? (total - loaded) / bytesPerSecond : undefined;
    tell?.({
      phase: progress.phase,
      loaded,
      total,
      bytesPerSecond,
      secondsLeft,
      fromNetwork: sum((p) => p.fromNetwork),
    });
  };
}
