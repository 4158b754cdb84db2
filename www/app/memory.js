// What the person wants the model to know: a list that they write and nobody else, told only where it is switched on.

/** Its name among the notes of the storage. */
export const FACTS = 'facts';
const MOST = 100;
const LONGEST = 500; // characters

/** @param {Pick<import('./db.js').ChatStorage, 'note'>} storage @returns {Promise<string[]>} */
export async function readFacts(storage) {
  const kept = await storage.note(FACTS);
  return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
}

/** @param {Pick<import('./db.js').ChatStorage, 'setNote'>} storage @param {readonly string[]} facts */
export async function writeFacts(storage, facts) {
  const clean = facts.map((each) => each.trim().slice(0, LONGEST)).filter(Boolean);
  await storage.setNote(FACTS, [...new Set(clean)].slice(0, MOST));
}

/** The role with what is remembered. @param {string} system @param {string} intro @param {readonly string[]} facts */
export const withFacts = (system, intro, facts) =>
  facts.length === 0 ? system : `${system}\n\n${intro}\n${facts.map((each) => `- ${each}`).join('\n')}`;
