// What a file is called, by its address.

/** @param {string} address */
export function fileName(address) {
  const path = address.split(/[?#]/, 1)[0];
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last) || address;
  } catch {
    return last || address;
  }
}
