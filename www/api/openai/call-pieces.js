// Tool calls that a stream brings in pieces, put together. Servers differ: some send a call whole, some letter by letter.

/**
 * @typedef {import('../../protocol/openai-types.js').ToolCall} ToolCall
 * @typedef {{index?: number, id?: string | null, function?: {name?: string | null, arguments?: string | null}}} CallPiece
 */

export class CallPieces {
  /** @type {Map<number, {id: string, name: string, arguments: string}>} */
  #calls = new Map();

  /** @param {readonly CallPiece[] | null | undefined} pieces of one chunk */
  add(pieces) {
    for (const { index, id, function: said } of pieces ?? []) {
      // Without a number: a new id is another call, none goes on with the last.
      const known = [...this.#calls.entries()].find(([, call]) => id && call.id === id)?.[0];
      const at = index ?? known ?? (id ? this.#calls.size : Math.max(0, this.#calls.size - 1));
      const call = this.#calls.get(at) ?? { id: '', name: '', arguments: '' };
      call.id ||= id ?? '';
      call.name ||= said?.name ?? '';
      call.arguments += said?.arguments ?? '';
      this.#calls.set(at, call);
    }
  }

  /** @returns {ToolCall[]} */
  list() {
    return [...this.#calls.entries()]
      .sort(([a], [b]) => a - b)
      .map(([at, { id, name, arguments: given }]) => ({
        id: id || `call_${at}`,
        type: /** @type {const} */ ('function'),
        function: { name, arguments: given.trim() || '{}' },
      }));
  }
}
