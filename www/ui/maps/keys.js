// The keys of a map's tree, as ARIA's tree has them, and those of an editor.

/**
 * @typedef {object} KeyActions
 * @property {(id: number) => void} select
 * @property {() => void} rename
 * @property {(beside: boolean) => void} add
 * @property {() => boolean} escape whether there was something to leave
 */

/**
 * @param {KeyboardEvent} event
 * @param {ReturnType<typeof import('./editor.js').createEditor>} editor
 * @param {readonly import('./draw.js').Shown[]} shown
 * @param {KeyActions} actions @param {{rtl: boolean, editable: boolean}} how
 * @returns {boolean} whether the key was meant for the map
 */
export function onMapKey(event, editor, shown, { select, rename, add, escape }, { rtl, editable }) {
  const ids = shown.map(({ node }) => node.id);
  const at = ids.indexOf(editor.selected());
  const node = editor.node();
  const [deeper, higher] = rtl ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
  const { key } = event;
  const mod = event.ctrlKey || event.metaKey;

  if (key === 'Escape') return escape();
  if (mod && !event.altKey) {
    if (!editable) return false;
    const low = key.toLowerCase();
    if (low === 'z' && !event.shiftKey) editor.undo();
    else if (low === 'y' || (low === 'z' && event.shiftKey)) editor.redo();
    else return false;
    return true;
  }
  if (event.altKey) {
    if (!editable) return false;
    if (key === 'ArrowUp') editor.shift(-1);
    else if (key === 'ArrowDown') editor.shift(1);
    else if (key === higher) editor.outwards();
    else if (key === deeper) editor.inwards();
    else return false;
    return true;
  }
  const go = (/** @type {number | undefined} */ id) => void (id !== undefined && select(id));
  switch (key) {
    case 'ArrowDown':
      go(ids[at + 1]);
      return true;
    case 'ArrowUp':
      go(ids[at - 1]);
      return true;
    case 'Home':
      go(ids[0]);
      return true;
    case 'End':
      go(ids[ids.length - 1]);
      return true;
    case deeper:
      if (node.folded) editor.fold();
      else go(node.children[0]?.id);
      return true;
    case higher:
      if (node.children.length > 0 && !node.folded && editor.parent()) editor.fold();
      else go(editor.parent()?.id);
      return true;
    case ' ':
      editor.fold();
      return true;
  }
  if (editable) {
    if (key === 'F2' || (key === 'Enter' && !event.shiftKey)) rename();
    else if (key === 'Enter') add(true);
    else if (key === 'Insert') add(false);
    else if (key === 'Delete' || key === 'Backspace') editor.remove();
    else return walk();
    return true;
  }
  return walk();

  /** To the next node that begins with the letter. */
  function walk() {
    if (key.length !== 1 || !/[\p{L}\p{N}]/u.test(key)) return false;
    const order = [...shown.slice(at + 1), ...shown.slice(0, at + 1)];
    const found = order.find(({ node }) => node.label.toLowerCase().startsWith(key.toLowerCase()));
    if (found) select(found.node.id);
    return true;
  }
}
