// Stands guard while the page starts. If a part of it can't be loaded or run, what the service worker has kept may be damaged:
// it is thrown away and the page loaded again, once. A classic script, because modules are what may be broken.
(() => {
  const TRIED = 'loquat-healed';
  const AGAIN = 60_000; // ms: a page that breaks at once again is not loaded for ever
  const here = new URL('.', location.href).href;
  const started = () => document.querySelector('.loquat') !== null;

  /** The last resort, in every language of the page: nothing else has been loaded. */
  function say() {
    if (started()) return;
    const text = document.createElement('p');
    text.setAttribute('role', 'alert');
    text.innerText = __LOQUAT_BROKEN__.join('\n');
    document.body.replaceChildren(text);
  }

  let busy = false;
  async function heal() {
    if (busy) return;
    busy = true;
    try {
      const last = Number(sessionStorage.getItem(TRIED));
      const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
      const ours = registrations.filter(({ scope }) => scope === here);
      // Without a worker there is nothing to throw away; without a network, nothing to have in its place.
      if (ours.length === 0 || Date.now() - last < AGAIN) return say();
      const { ok } = await fetch(new URL('sw.js', here), { cache: 'no-store' });
      if (!ok) return say();
      sessionStorage.setItem(TRIED, String(Date.now()));
      await Promise.all(ours.map((registration) => registration.unregister()));
      const kept = (await caches.keys()).filter((name) => name.startsWith(`loquat-shell ${here} `));
      await Promise.all(kept.map((name) => caches.delete(name)));
      location.reload();
    } catch {
      say();
    }
  }

  addEventListener(
    'error',
    (event) => {
      const { target } = event;
      const script = target instanceof HTMLScriptElement ? target.src : '';
      const style = target instanceof HTMLLinkElement ? target.href : '';
      const thrown = event instanceof ErrorEvent && !started() ? event.filename : '';
      if ((script || style || thrown).startsWith(here)) void heal(); // not what an extension brought in
    },
    true, // what fails to load does not bubble
  );
})();
