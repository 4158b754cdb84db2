// Where maps find the documents that are attached. The library of documents says so when it is loaded; until then there are none.

/**
 * @typedef {object} MapDocuments
 * @property {() => readonly {name: string, hash: string}[]} attached
 * @property {(hash: string) => Promise<import('./from-document.js').Passage[]>} passages
 */

/** @type {MapDocuments} */
let documents = { attached: () => [], passages: async () => [] };

/** @param {MapDocuments} given */
export const mapsReadFrom = (given) => void (documents = given);

export const mapDocuments = () => documents;
