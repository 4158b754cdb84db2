// Style sheets that are fetched when they are needed, by constructable sheets: no style element, no CSP exception.

/** @type {Map<string, Promise<CSSStyleSheet>>} */
const sheets = new Map();

/** @param {string} address @returns {Promise<CSSStyleSheet>} */
export function sheetOf(address) {
  const load = async () => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await response.text());
    return sheet;
  };
  const loading = sheets.get(address) ?? load();
  sheets.set(address, loading);
  loading.catch(() => sheets.delete(address));
  return loading;
}

/** Gives the document or shadow root of a node the sheet, once. @param {Node} node @param {string} address */
export async function adoptSheet(node, address) {
  const root = node.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return;
  const sheet = await sheetOf(address);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
