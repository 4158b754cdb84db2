// What comes from outside the page: shared by another app, opened with this one, or asked for by a shortcut of its icon.
// Loaded when there is some.

/** Filled by the service worker. */
const SHARED = 'loquat-shared';

/** @typedef {{app: import('./app.js').App, insert: (text: string) => void}} To */

/** @param {To} to @param {File[]} files @param {FileSystemFileHandle} [handle] of the only one */
async function takeFiles({ app }, files, handle) {
  if (files.length > 0) await (await app.files()).take(files, handle);
}

/** @param {To} to */
async function takeShared(to) {
  const cache = await caches.open(SHARED);
  /** @type {File[]} */
  const files = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (!response) continue;
    const name = decodeURIComponent(response.headers.get('X-Name') ?? '');
    const type = response.headers.get('Content-Type') ?? '';
    if (name) files.push(new File([await response.blob()], name, { type }));
    else {
      const words = await response.text();
      if (words) to.insert(words);
    }
  }
  await caches.delete(SHARED);
  await takeFiles(to, files);
}

/** What the page's address asks for: `?do=new`, `temporary` or `shared`. @param {string} what @param {To} to */
export async function obey(what, to) {
  const { conversations } = to.app;
  if (what === 'new') conversations.start();
  if (what === 'temporary') conversations.start({ temporary: true });
  if (what === 'shared') {
    conversations.start();
    await takeShared(to);
  }
}

/** Files that the system opens with this page. @param {{files?: readonly FileSystemFileHandle[]}} launch @param {To} to */
export async function takeLaunch({ files = [] }, to) {
  const [handle, ...more] = files;
  const opened = await Promise.all(files.map((each) => each.getFile()));
  await takeFiles(to, opened, more.length === 0 ? handle : undefined);
}
