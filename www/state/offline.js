// Registers the service worker, and has the page isolated by it where the host sends no headers. Decides no caching.

const TRIED = 'loquat-isolation-tried';

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
  if (crossOriginIsolated || sessionStorage.getItem(TRIED)) return;
  if (!serviceWorker.controller) {
    await new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  }
  // Once only: a browser that can't isolate must not reload for ever.
  if (!idle()) return;
  sessionStorage.setItem(TRIED, '1');
  location.reload();
}
