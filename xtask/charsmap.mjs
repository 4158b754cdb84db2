// A map of characters as SentencePiece stores it: a double array over UTF-8 bytes (Aoe 1989, in the bits of darts-clone)
// and the texts that it points to.

/** @typedef {{children: Map<number, Node>, value?: number}} Node */

/** @param {[from: number, to: number[]][]} characters code points @returns {Buffer} */
export function charsMap(characters) {
  /** @type {Node} */
  const trie = { children: new Map() };
  /** @type {Buffer[]} */
  const texts = [];
  let length = 0;
  for (const [from, to] of characters) {
    let node = trie;
    for (const byte of Buffer.from(String.fromCodePoint(from))) {
      const child = node.children.get(byte) ?? { children: new Map() };
      node.children.set(byte, child);
      node = child;
    }
    node.value = length;
    const text = Buffer.from(`${String.fromCodePoint(...to)}\0`);
    texts.push(text);
    length += text.length;
  }
  const units = doubleArray(trie);
  const head = Buffer.alloc(4 + units.length * 4);
  head.writeUInt32LE(units.length * 4, 0);
  units.forEach((unit, n) => head.writeUInt32LE(unit >>> 0, 4 + 4 * n));
  return Buffer.concat([head, ...texts]);
}

/** A unit's child for a byte is at its own place, xor its offset, xor the byte; a leaf is the child for 0. @param {Node} root */
function doubleArray(root) {
  /** @type {number[]} */
  const units = [0];
  const taken = new Set([0]);
  let first = 1;
  /** @param {Node} node @param {number} at */
  function place(node, at) {
    const bytes = [...node.children.keys(), ...(node.value === undefined ? [] : [0])];
    let base = first;
    // An offset of 0 would be a unit that has none.
    while (base === at || bytes.some((byte) => taken.has(base ^ byte))) base++;
    while (taken.has(first)) first++;
    for (const byte of bytes) taken.add(base ^ byte);
    const offset = at ^ base;
    if (offset >= 1 << 21) throw new Error('the map of characters is too large for short offsets');
    units[at] = (units[at] ?? 0) | (offset << 10) | (node.value === undefined ? 0 : 0x100);
    if (node.value !== undefined) units[base] = (0x80000000 | node.value) >>> 0;
    for (const [byte, child] of node.children) {
      units[base ^ byte] = byte;
      place(child, base ^ byte);
    }
  }
  place(root, 0);
  return Array.from({ length: Math.max(...taken) + 1 }, (_, n) => units[n] ?? 0);
}
