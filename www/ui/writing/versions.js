// The versions of a draft: each change adds one, undo and redo walk between them. Pure.

/**
 * @typedef {import('../../protocol/parts.js').DraftPart} DraftPart
 * @typedef {import('../../protocol/parts.js').DraftVersion} DraftVersion
 */

/** The first is always kept. */
const MOST = 40;
/** Typing within this time is one version. */
const TOGETHER = 60_000; // ms

/**
 * @param {DraftPart} draft @param {string} text @param {string} by @param {number} [now] ms since the epoch @returns {DraftPart}
 */
export function addVersion(draft, text, by, now = Date.now()) {
  if (text === draft.text) return draft;
  const at = draft.at ?? draft.versions.length - 1;
  let versions = draft.versions.slice(0, at + 1); // what was undone is gone
  const last = versions[versions.length - 1];
  const goesOn = by === 'edited' && last?.by === 'edited' && now - last.at < TOGETHER && versions.length > 1;
  if (goesOn) versions = versions.slice(0, -1);
  versions.push({ text, by, at: goesOn ? last.at : now });
  if (versions.length > MOST) versions = [versions[0], ...versions.slice(versions.length - MOST + 1)];
  return { ...draft, text, versions, at: versions.length - 1 };
}

/** Another version is shown. @param {DraftPart} draft @param {number} to @returns {DraftPart} */
export function showVersion(draft, to) {
  const version = draft.versions[to];
  return version ? { ...draft, text: version.text, at: to } : draft;
}
