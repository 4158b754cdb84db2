// Which wasm modules run, and for how long: as long as a chat of this page may call them.

/** By folder and name. @type {Map<string, Promise<import('./modules.js').Module>>} */
export const open = new Map();

let holders = 0;

/**
 * Keeps the modules while somebody may call them: they end with the last who let go, as when a site removes its widget.
 * @returns {() => void} lets go, once
 */
export function holdModules() {
  let held = true;
  holders += 1;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders > 0) return;
    for (const module of open.values()) module.then((each) => each.close()).catch(() => {});
    open.clear();
  };
}
