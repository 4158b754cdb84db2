// One tab leads, the others follow, by a Web Lock: the browser hands it on when the leader closes or crashes. Knows nothing of what leading means.

/**
 * @typedef {object} LeadershipOptions
 * @property {string} [name] of what is led; one leader for each name and origin
 * @property {() => void} onLead called once, when this tab is the leader
 * @property {() => void} [onFollow] called once, if another tab leads at first
 * @property {LockManager} [locks] for tests
 */

/**
 * @param {LeadershipOptions} options
 * @returns {{leave: () => void}} leave() hands leadership on, or stops waiting for it
 */
export function joinLeadership({
  name = 'loquat-engine',
  onLead,
  onFollow,
  locks = globalThis.navigator?.locks,
}) {
  const life = new AbortController();
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  const lead = () => {
    if (life.signal.aborted) return undefined;
    onLead();
    return held;
  };
  if (!locks) {
    // Without Web Locks (an insecure address) every tab is on its own.
    queueMicrotask(lead);
    return { leave: () => life.abort() };
  }
  locks
    .request(name, { ifAvailable: true }, (lock) => (lock ? lead() : 'taken'))
    .then((answer) => {
      if (answer !== 'taken' || life.signal.aborted) return undefined;
      onFollow?.();
      return locks.request(name, { signal: life.signal }, lead);
    })
    .catch((e) => {
      if (!life.signal.aborted) throw e;
    });
  return {
    leave() {
      life.abort();
      release();
    },
  };
}

/**
 * Calls back when a tab that holds this lock is gone.
 * @param {string} name @param {() => void} onGone @param {AbortSignal} signal @param {LockManager} locks
 */
export function watchTab(name, onGone, signal, locks) {
  locks.request(name, { signal }, () => onGone()).catch(() => {});
}
