// Which wasm builds there are, where that is known beforehand: the package's build puts its table here, with addresses
// that bundlers see. On a page the worker reads pkg/variants.json instead.

/** @type {import('./variant.js').Variant[] | undefined} */
export const BUILDS = undefined;
