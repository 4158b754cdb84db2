// Everything that this page keeps in the browser, taken away. Loaded when it is asked for.

const OURS = /^loquat/;
const PATIENCE = 3000; // ms until a database that another tab holds is left to go when that tab lets it

/** @param {string} name */
function dropDatabase(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = () => resolve(undefined);
    setTimeout(resolve, PATIENCE, undefined);
  });
}

/** @param {Storage | undefined} storage */
function dropKeys(storage) {
  for (const key of Object.keys(storage ?? {})) if (OURS.test(key)) storage?.removeItem(key);
}

/**
 * @param {import('./db.js').ChatStorage} chats
 * @param {boolean} models those too, which are large and nobody's secret
 */
export async function eraseAll(chats, models) {
  for (const { id } of await chats.list().catch(() => [])) await chats.remove(id); // other tabs hear of it
  const databases = (await indexedDB.databases?.()) ?? [];
  const names = databases.flatMap(({ name }) => (name && OURS.test(name) ? [name] : []));
  await Promise.all(names.filter((name) => models || !/weights/.test(name)).map(dropDatabase));
  dropKeys(globalThis.localStorage);
  dropKeys(globalThis.sessionStorage);
}
