// What the engine has read of a conversation, kept over the pages of a site: the next page's first answer does not read the
// instructions, the knowledge and what was said again. Loaded with the first model.

/** Larger ones take longer to write and read than they save. */
const LARGEST = 96 << 20; // bytes

/** After an answer: the next question may come at once, and saving would stand in its way. */
const QUIET = 800; // ms

/** @typedef {{bytes: Uint8Array, at: number}} Kept */

/**
 * @param {Pick<import('./app.js').App, 'store' | 'storage' | 'model'>} app
 * @param {string} name of what is kept: one for each chat
 * @param {{days?: number, quiet?: number}} [options] after these days it is not used
 * @returns {() => void} ends it
 */
export function keepSession({ store, storage, model }, name, { days = 0, quiet = QUIET } = {}) {
  const note = `session:${name}`;
  /** @type {Kept | undefined} */
  let kept;
  const reading = storage.note(note).then(
    (value) => {
      const found = /** @type {Kept | undefined} */ (value);
      if (found && (days === 0 || found.at > Date.now() - days * 86_400_000)) kept = found;
      else if (found) void storage.setNote(note, undefined).catch(() => {});
    },
    () => {},
  );
  /** Whether this page's load read the weights; an engine that another tab has loaded has read more than what is kept. */
  let fresh = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** This device's engine. A server keeps nothing here. */
  function engine() {
    const { client } = model;
    return client && !client.server
      ? /** @type {import('../engine/client.js').EngineClient} */ (client)
      : undefined;
  }

  function restore() {
    const { bytes } = kept ?? {};
    kept = undefined;
    // Another model's, or damaged: it is read anew, and kept anew.
    if (bytes)
      void engine()
        ?.restore(bytes)
        .catch(() => {});
  }

  async function save() {
    timer = undefined;
    if (store.get().generation || store.get().chat.conversation.temporary) return;
    try {
      const bytes = await engine()?.save();
      if (bytes && bytes.length <= LARGEST) await storage.setNote(note, { bytes, at: Date.now() });
    } catch {
      // No room, or the engine is gone: the next page reads it again.
    }
  }

  const stop = store.subscribe((state, before) => {
    if (state.model.status === 'loading')
      fresh ||= ['read', 'download'].includes(state.model.progress?.phase ?? '');
    // Before the first question: calls are answered one after the other.
    if (state.model.status === 'ready' && before.model.status !== 'ready' && fresh) restore();
    if (state.model.status !== 'ready') return;
    if (state.generation) {
      clearTimeout(timer);
      timer = undefined;
    } else if (before.generation && state.chat.messages[before.generation.message]?.stats)
      timer = setTimeout(() => void save(), quiet); // a service's own words were read by no model
  });
  return () => {
    stop();
    clearTimeout(timer);
    void reading;
  };
}
