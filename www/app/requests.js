// Counts the network requests of the page and of the engine's worker since the model was ready. What can't be counted is an error, never a nothing.

/** @typedef {import('../protocol/messages.js').NetworkRequest} NetworkRequest */
/** @typedef {{addresses: string[], policy: import('../protocol/messages.js').Enforcer}} Counted `policy`: who keeps the engine's worker to the page's list */

/** From the weakest. @type {readonly import('../protocol/messages.js').Enforcer[]} */
const ENFORCERS = ['none', 'self', 'browser'];
const PATIENCE = 10_000; // ms: a thread that computes lets messages in much more often

/** What the page itself is made of: files of its own, the same for everyone. @param {string} own address of the page's folder @param {string} url */
function isOwnFile(own, url) {
  return url.startsWith(own) && /\.(js|css|svg|png|json|webmanifest|wasm)$/.test(url);
}

/** @param {string} why */
const uncounted = (why) => Object.assign(new Error(why), { code: 'requests_uncounted' });

/** @template T @param {Promise<T>} promise @param {number} ms @returns {Promise<T>} */
async function within(promise, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(uncounted(`The engine’s worker did not answer within ${ms / 1000} s.`)),
      ms,
    );
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}

/**
 * @param {import('./observable.js').Store<import('./app.js').AppState>} store
 * @param {string} base address of the page
 * @param {() => Pick<import('../api/remote/remote-client.js').ChatClient, 'network'> | undefined} client
 * @param {number} [patience] ms
 */
export function createRequests(store, base, client, patience = PATIENCE) {
  let readyAt = Infinity; // ms since the epoch
  /** @type {NetworkRequest[]} */
  const seen = [];
  /** @param {PerformanceEntryList} entries */
  const note = (entries) => {
    for (const { name, startTime } of entries)
      seen.push({ at: performance.timeOrigin + startTime, url: name });
  };
  /** @type {PerformanceObserver | undefined} */
  let observer;
  try {
    const watching = new PerformanceObserver((list) => note(list.getEntries()));
    watching.observe({ type: 'resource', buffered: true });
    observer = watching;
  } catch {
    // No resource timing: nothing can be counted, and since() says so.
  }
  store.subscribe(({ model }, before) => {
    if (model.status === 'ready' && before.model.status !== 'ready') {
      readyAt = performance.timeOrigin + performance.now();
    }
    if (model.status === 'loading') readyAt = Infinity;
  });
  const own = new URL('.', base).href;
  return {
    /** Asked for since the model was ready. @returns {Promise<Counted>} rejects where it can't be known */
    async since() {
      const asked = client();
      if (store.get().model.status !== 'ready' || !asked) throw uncounted('No model is ready yet.');
      if (!observer) throw uncounted('This browser does not list the requests of a page.');
      note(observer.takeRecords()); // what has happened, but was not delivered yet
      const reports = await within(
        Promise.all([asked.network(), (await import('../agent/modules.js')).modulesNetwork()]),
        patience,
      );
      const threads = reports.flat();
      if (!threads.every(({ counted }) => counted))
        throw uncounted('This browser does not list the requests of a worker.');
      const addresses = [...seen, ...threads.flatMap(({ requests }) => requests)]
        .filter(({ at, url }) => at > readyAt && !isOwnFile(own, url))
        .map(({ url }) => url);
      const weakest = ENFORCERS.find((policy) => threads.some((each) => each.policy === policy));
      return { addresses, policy: weakest ?? 'none' };
    },
  };
}
