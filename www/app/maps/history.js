// What an edited thing was before: undo and redo over values that never change.

const KEPT = 200;

/** @template T @param {T} first */
export function createHistory(first) {
  let values = [first];
  let at = 0;
  return {
    now: () => values[at],
    canUndo: () => at > 0,
    canRedo: () => at < values.length - 1,
    /** @param {T} next */
    push(next) {
      values = [...values.slice(Math.max(0, at + 1 - KEPT), at + 1), next];
      at = values.length - 1;
    },
    undo: () => (at > 0 ? values[--at] : undefined),
    redo: () => (at < values.length - 1 ? values[++at] : undefined),
    /** Somebody else's change: what was before it can't be gone back to. @param {T} value */
    reset(value) {
      values = [value];
      at = 0;
    },
  };
}
