// What can be done to a map: each edit makes a new tree, is remembered for undo, and told. Draws nothing.
import { createHistory } from '../../app/maps/history.js';
import * as tree from '../../app/maps/tree.js';

/** @typedef {import('../../app/maps/tree.js').Node} Node */

/**
 * @param {Node} first
 * @param {(root: Node, selected: number, kept: number) => void} changed `kept`: the node that an edit was made at
 * @param {(root: Node) => void} save
 * @param {(text: string) => void} say
 * @param {import('./words.js').MapWords} t
 */
export function createEditor(first, changed, save, say, t) {
  const history = createHistory({ root: first, selected: first.id });
  let selected = first.id;

  /** @param {Node} root @param {number} now what is selected then */
  function commit(root, now = selected) {
    const before = history.now().root;
    if (root === before) return;
    const kept = selected;
    selected = tree.pathTo(root, now).length > 0 ? now : root.id;
    history.push({ root, selected });
    changed(root, selected, kept);
    save(root);
  }
  /** @param {{root: Node, selected: number} | undefined} to */
  function back(to) {
    if (!to) return;
    selected = to.selected;
    changed(to.root, selected, selected);
    save(to.root);
  }
  const root = () => history.now().root;
  const node = () => tree.pathTo(root(), selected).at(-1) ?? root();
  const parent = () => tree.pathTo(root(), selected).at(-2);
  const place = () => parent()?.children.findIndex(({ id }) => id === selected) ?? 0;

  return {
    root,
    node,
    parent,
    selected: () => selected,
    path: () => tree.pathTo(root(), selected),
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    undo: () => back(history.undo()),
    redo: () => back(history.redo()),
    /** @param {number} id */
    select: (id) => void (selected = id),
    /** Comes from outside: what was before can't be gone back to. @param {Node} next */
    reset(next) {
      selected = tree.pathTo(next, selected).length > 0 ? selected : next.id;
      history.reset({ root: next, selected });
    },
    /** Another map in its place. @param {Node} next */
    replace: (next) => commit(next, next.id),
    /** @param {string} label */
    rename(label) {
      if (label.trim() !== '' && label.trim() !== node().label) commit(tree.rename(root(), selected, label));
    },
    /** @param {string} label @param {boolean} beside the selected node, else below it */
    add(label, beside) {
      const above = beside ? parent() : node();
      if (!above) return undefined;
      const made = tree.newNode(label);
      commit(tree.insert(root(), above.id, beside ? place() + 1 : above.children.length, [made]), made.id);
      return made.id;
    },
    /** @param {number} under @param {readonly string[]} labels */
    grow(under, labels) {
      const above = tree.pathTo(root(), under).at(-1);
      if (!above || labels.length === 0) return;
      const made = labels.map((label) => tree.newNode(label));
      commit(tree.insert(root(), under, above.children.length, made));
    },
    remove() {
      const gone = node();
      if (!parent()) return;
      commit(tree.remove(root(), selected), tree.neighbour(root(), selected));
      say(t('removed', { label: gone.label }));
    },
    /** @param {number} [id] */
    fold(id = selected) {
      const which = tree.pathTo(root(), id).at(-1);
      if (which && which.children.length > 0) commit(tree.fold(root(), id, !which.folded), id);
    },
    /** @param {number} color */
    paint: (color) => commit(tree.paint(root(), selected, color)),
    /** Among its neighbours. @param {number} by */
    shift(by) {
      const above = parent();
      const to = place() + by;
      if (above && to >= 0 && to < above.children.length) commit(tree.move(root(), selected, above.id, to));
    },
    /** Beside its parent. */
    outwards() {
      const path = tree.pathTo(root(), selected);
      const [above, over] = [path.at(-2), path.at(-3)];
      if (!above || !over) return;
      commit(tree.move(root(), selected, over.id, over.children.indexOf(above) + 1));
    },
    /** Under the neighbour before it. */
    inwards() {
      const before = parent()?.children[place() - 1];
      if (before) commit(tree.move(root(), selected, before.id, before.children.length));
    },
    /** @param {number} id @param {number} under */
    moveUnder(id, under) {
      const target = tree.pathTo(root(), under).at(-1);
      const moved = tree.pathTo(root(), id).at(-1);
      if (!target || !moved) return;
      const last = target.children.filter((child) => child.id !== id).length;
      const next = tree.move(root(), id, under, last);
      if (next === root()) return;
      commit(next, id);
      say(t('moved', { label: moved.label, parent: target.label }));
    },
  };
}
