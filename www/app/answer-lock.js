// Which answers are being written, in any tab: a lock for each, so that no two tabs write the same one.

const NAME = 'loquat-answer ';

/** A browser that blocks a page's storage refuses its locks, too: such a tab shares nothing with others. @param {unknown} error */
const isRefusal = (error) =>
  error instanceof Error && /^(Security|InvalidState|NotSupported)Error$/.test(error.name);

/**
 * Runs while no other tab writes this answer; not at all, if one does.
 * @param {string} id of the message @param {() => Promise<void>} write @returns {Promise<void>}
 */
export async function writeAlone(id, write) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return write();
  let began = false;
  try {
    await locks.request(NAME + id, { ifAvailable: true }, (lock) => {
      began = true;
      return lock ? write() : undefined;
    });
  } catch (error) {
    if (began || !isRefusal(error)) throw error;
    await write();
  }
}

/** Waits until no tab writes this answer: none does at a reload, but the page that was left may hold it a moment longer. @param {string} id */
export async function whenUnwritten(id) {
  try {
    await globalThis.navigator?.locks?.request(NAME + id, () => {});
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** The messages that any tab is writing. @returns {Promise<Set<string>>} */
export async function beingWritten() {
  const { held = [] } = (await globalThis.navigator?.locks?.query().catch(() => undefined)) ?? {};
  return new Set(held.map(({ name = '' }) => (name.startsWith(NAME) ? name.slice(NAME.length) : '')));
}
