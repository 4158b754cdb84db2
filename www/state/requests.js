// Counts the network requests of the page and of the engine's worker since the model was ready.

/** @typedef {import('../engine/protocol.js').NetworkRequest} NetworkRequest */

/** What the page itself is made of: files of its own, the same for everyone. @param {string} own address of the page's folder @param {string} url */
function isOwnFile(own, url) {
  return url.startsWith(own) && /\.(js|css|svg|png|json|webmanifest)$/.test(url);
}

/**
 * @param {import('./store.js').Store<import('./app.js').AppState>} store
 * @param {string} base address of the page
 * @param {() => import('../engine/remote-client.js').ChatClient | undefined} client
 */
export function createRequests(store, base, client) {
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
    observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'resource', buffered: true });
  } catch {
    // No resource timing: the list stays empty, and the content security policy still holds.
  }
  store.subscribe(({ model }, before) => {
    if (model.status === 'ready' && before.model.status !== 'ready') {
      readyAt = performance.timeOrigin + performance.now();
    }
    if (model.status === 'loading') readyAt = Infinity;
  });
  const own = new URL('.', base).href;
  return {
    /** Addresses asked for since the model was ready. @returns {Promise<string[]>} */
    async since() {
      note(observer?.takeRecords() ?? []); // what has happened, but was not delivered yet
      const busy = store.get().generation !== null; // the worker would answer only when it is done
      const theirs = busy ? [] : await (client()?.requests() ?? []);
      return [...seen, ...theirs]
        .filter(({ at, url }) => at > readyAt && !isOwnFile(own, url))
        .map(({ url }) => url);
    },
  };
}
