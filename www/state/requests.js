// Counts the requests that the page's own thread made since the model was ready. Workers report theirs elsewhere.

/** @param {import('./store.js').Store<import('./app.js').AppState>} store */
export function createRequests(store) {
  let readyAt = Infinity;
  /** @type {Array<{at: number, url: string}>} */
  const seen = [];
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push({ at: entry.startTime, url: entry.name });
    }).observe({ type: 'resource', buffered: true });
  } catch {
    // No resource timing: the list stays empty, and the content security policy still holds.
  }
  store.subscribe(({ model }, before) => {
    if (model.status === 'ready' && before.model.status !== 'ready') readyAt = performance.now();
    if (model.status === 'loading') readyAt = Infinity;
  });
  const own = new URL('.', globalThis.document?.baseURI ?? 'http://x/').href;
  return {
    /** Addresses asked for since the model was ready; the page's own files, which hold nothing of the person, are left out. */
    since: () =>
      seen
        .filter(
          ({ at, url }) =>
            at > readyAt && !(url.startsWith(own) && /\.(js|css|svg|png|webmanifest)$/.test(url)),
        )
        .map(({ url }) => url),
  };
}
