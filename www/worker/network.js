// Holds this worker to the hosts that its page may connect to, counts what it asks for, and finds out who enforces that. A
// policy in a page's <meta> does not bind the page's workers: only a header of the worker's own script does.
import { allows } from '../protocol/connect-list.js';

/**
 * `browser`: the browser refuses what the page's policy does not list; `self`: only this code does; `none`: the page has no policy.
 * @typedef {import('../protocol/messages.js').NetworkReport} NetworkReport
 */

/** Ways out that this worker does not use. */
const UNUSED = ['XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport', 'caches'];

/** Nobody's address, and a port that browsers connect to nowhere: asking for it shows a policy, and sends nothing. */
const NOWHERE = 'https://nowhere.invalid:1/';

/** @param {typeof globalThis} scope a worker's */
export function watchNetwork(scope) {
  const ask = scope.fetch.bind(scope);
  /** @type {import('../protocol/messages.js').NetworkRequest[]} */
  const seen = [];
  /** @type {PerformanceObserver | undefined} */
  let observer;
  const note = (/** @type {PerformanceEntryList} */ entries) => {
    for (const { name, startTime } of entries)
      if (name !== NOWHERE) seen.push({ at: performance.timeOrigin + startTime, url: name });
  };
  try {
    observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'resource', buffered: true });
  } catch {
    observer = undefined;
  }
  let held = false;
  /** @type {Promise<boolean> | undefined} the policy of a worker never changes */
  let byBrowser;

  /** Whether the browser stops what no policy of ours lists. */
  async function browserHolds() {
    let refused = false;
    const hear = (/** @type {Event} */ event) => {
      const { blockedURI } = /** @type {SecurityPolicyViolationEvent} */ (event);
      refused ||= blockedURI.startsWith('https://nowhere.invalid');
    };
    scope.addEventListener('securitypolicyviolation', hear);
    await ask(NOWHERE).catch(() => {});
    for (let i = 0; i < 10 && !refused; i++) await new Promise((resolve) => setTimeout(resolve, 10)); // it comes a little later
    scope.removeEventListener('securitypolicyviolation', hear);
    return refused;
  }

  return {
    /** From now on, and for good. @param {readonly string[]} sources of the page's connect-src */
    hold(sources) {
      if (held) return;
      held = true;
      const may = (/** @type {string} */ url) => allows(sources, url, scope.location.origin);
      const refuse = (/** @type {string} */ url) => {
        // As the browser reports it, so that the cause is found and named in the same way.
        scope.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { blockedURI: url }));
        return new TypeError(`This page may not connect to ${url}.`);
      };
      /** @type {typeof fetch} */
      const fetchListed = async (input, init) => {
        const { href } = new URL(input instanceof Request ? input.url : input, scope.location.href);
        if (!may(href)) throw refuse(href);
        const response = await ask(input, init);
        if (!response.redirected || may(response.url)) return response;
        await response.body?.cancel();
        throw refuse(response.url);
      };
      const fixed = { writable: false, configurable: false };
      Object.defineProperty(scope, 'fetch', { value: fetchListed, ...fixed });
      for (const name of UNUSED) Object.defineProperty(scope, name, { value: undefined, ...fixed });
    },
    /** @returns {Promise<NetworkReport>} */
    async report() {
      note(observer?.takeRecords() ?? []);
      const policy = (await (byBrowser ??= browserHolds())) ? 'browser' : held ? 'self' : 'none';
      return { requests: seen, counted: observer !== undefined, policy };
    },
  };
}
