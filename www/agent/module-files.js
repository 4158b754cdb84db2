// Where the wasm modules' files are, where that is known beforehand: the package's build puts its table here, with
// addresses that bundlers see. On a page they are listed in pkg/modules.json instead.

/** @type {Record<string, import('./modules.js').ModuleFiles> | undefined} */
export const MODULE_FILES = undefined;
