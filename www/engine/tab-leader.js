// One tab leads, the others follow, by a Web Lock: the browser hands it on when the leader closes or crashes. Knows nothing of what leading means.

/**
 * @typedef {object} LeadershipOptions
 * @property {string} [name] of what is led; one leader for each name and origin
 * @property {() => void} onLead this tab is the leader now
 * @property {() => void} [onFollow] another tab leads
 * @property {(error: unknown) => void} [onFailed] this tab was to lead and can't
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
  onFailed,
  locks = globalThis.navigator?.locks,
}) {
  const life = new AbortController();
  let waiting = new AbortController();
  let leading = false;
  let refused = false;
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  const lead = () => {
    if (life.signal.aborted) return undefined;
    leading = true;
    try {
      onLead();
    } catch (error) {
      // Nothing can be led here; whoever waits may try.
      life.abort();
      onFailed?.(error);
      return undefined;
    }
    return held;
  };
  /** Without Web Locks (an insecure address, storage that is blocked) every tab is on its own. */
  const leadAlone = () => {
    refused = true;
    if (!leading) queueMicrotask(lead);
  };
  if (!locks) {
    leadAlone();
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
  /**
   * A leader's request fails when another tab steals the lock; any other failure is a refusal, which asking again does not change.
   * @param {Promise<unknown>} request
   */
  const lasting = (request) => {
    request.catch((error) => {
      if (life.signal.aborted || refused) return;
      if (!leading || error?.name !== 'AbortError') return leadAlone();
      leading = false;
      onLost?.();
      lasting(follow());
    });
  };
  /** @param {LockOptions} options @param {(lock: Lock | null) => unknown} body @returns {Promise<unknown>} some browsers throw where they should reject */
  const request = async (options, body) => locks.request(name, options, body);
  const first = request({ ifAvailable: true }, (lock) => (lock ? lead() : 'taken'));
  lasting(first.then((answer) => (answer === 'taken' && !life.signal.aborted ? follow() : undefined)));
  return {
    leave() {
      life.abort();
      waiting.abort();
      release();
    },
    steal() {
      if (refused || life.signal.aborted) return;
      waiting.abort();
      lasting(request({ steal: true }, lead));
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
