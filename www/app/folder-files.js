// The files of folders that were dropped, however deep, for documents. What programs keep for themselves is left out.

/** Files that are taken at once; a whole disk is dropped by mistake. */
const MOST = 500;
const DEEPEST = 12;
const OWN = /^(\.|node_modules$|__pycache__$|target$|Thumbs\.db$)/;

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function entriesOf(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at the end.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all.sort((a, b) => a.name.localeCompare(b.name));
    all.push(...some);
  }
}

/** @param {readonly FileSystemEntry[]} entries @returns {Promise<File[]>} in the order of their names */
export async function filesOf(entries, depth = 0) {
  /** @type {File[]} */
  const found = [];
  for (const entry of entries) {
    if (found.length >= MOST) break;
    if (depth > 0 && OWN.test(entry.name)) continue;
    if (entry.isFile) {
      const own = /** @type {FileSystemFileEntry} */ (entry);
      found.push(await new Promise((resolve, reject) => own.file(resolve, reject)));
    } else if (depth < DEEPEST) {
      const inside = await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry));
      found.push(...(await filesOf(inside, depth + 1)));
    }
  }
  return found.slice(0, MOST);
}
