// One tab leads, the others follow, by a Web Lock: the browser hands it on when the leader closes or crashes. Knows nothing of what leading means.

/**
 * @typedef {object} LeadershipOptions
 * @property {string} [name] of what is led; one leader for each name and origin
 * @property {() => void} onLead this tab is the leader now
 * @property {() => void} [onFollow] another tab leads
 * @property {() => void} [onLost] another tab has taken the lead from this one, which then follows
 * @property {LockManager} [locks] for tests
 */

/**
 * @param {LeadershipOptions} options
 * @returns {{leave: () => void, steal: () => void}} leave() hands leadership on, or stops waiting for it; steal() takes
 *   it from a leader that does not answer, such as a tab that the system has put to sleep
 */
export function joinLeadership({
  name = 'loquat-engine',
  onLead,
  onFollow,
  onLost,
  locks = globalThis.navigator?.locks,
}) {
  const life = new AbortController();
  let waiting = new AbortController();
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
    return { leave: () => life.abort(), steal: () => {} };
  }
  const follow = () => {
    onFollow?.();
    const mine = (waiting = new AbortController());
    const wait = locks.request(name, { signal: mine.signal }, lead);
    return wait.catch((e) => {
      if (!mine.signal.aborted) throw e;
    });
  };
  /** A leader's request fails when another tab steals the lock. @param {Promise<unknown>} request */
  const lasting = (request) => {
    request.catch(() => {
      if (life.signal.aborted) return;
      onLost?.();
      lasting(follow());
    });
  };
  const first = locks.request(name, { ifAvailable: true }, (lock) => (lock ? lead() : 'taken'));
  lasting(first.then((answer) => (answer === 'taken' && !life.signal.aborted ? follow() : undefined)));
  return {
    leave() {
      life.abort();
      waiting.abort();
      release();
    },
    steal() {
      waiting.abort();
      lasting(locks.request(name, { steal: true }, lead));
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
