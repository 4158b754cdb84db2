// Registers the service worker, and has the page isolated by it where the host sends no headers. Decides no caching.

const TRIED = 'loquat-isolation-tried';

/** Where a try is remembered; without it there is none, or it would be one for ever. @returns {Storage | undefined} */
function tries() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/**
 * @param {URL} script
 * @param {() => boolean} idle whether a reload would disturb nobody
 */
export async function goOffline(script, idle) {
  const { serviceWorker } = navigator;
  if (!serviceWorker || !isSecureContext) return;
  try {
    await serviceWorker.register(script);
    await serviceWorker.ready;
  } catch (error) {
    // The page works without it, only not offline.
    console.warn('No service worker:', error);
    return;
  }
  const tried = tries();
  if (crossOriginIsolated || !tried || tried.getItem(TRIED)) return;
  if (!serviceWorker.controller) {
    await new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  }
  // Once only: a browser that can't isolate must not reload for ever.
  if (!idle()) return;
  tried.setItem(TRIED, '1');
  location.reload();
}

/**
 * Whoever loads a model in the first moments of the first visit has the engine past the service worker: its files are
 * named to it afterwards, or there would be a page without a network, and a model, but no engine.
 * @param {import('./observable.js').Store<import('./app.js').AppState>} store
 * @param {() => Promise<import('../protocol/messages.js').NetworkRequest[]>} requests of the engine
 */
export function keepEngine(store, requests) {
  const { serviceWorker } = navigator;
  if (!serviceWorker || serviceWorker.controller) return;
  store.subscribe(async ({ model }, before) => {
    if (model.status !== 'ready' || before.model.status === 'ready') return;
    const { active } = await serviceWorker.ready;
    active?.postMessage({ keep: (await requests()).map(({ url }) => url) });
  });
}
