// The buttons of a map: one row for the view, one for the selected node.
import { COLORS } from '../../app/maps/tree.js';
import { h } from '../lib/dom.js';
import { relabel, tool } from './icons.js';

/**
 * @typedef {Record<'undo' | 'redo' | 'closer' | 'farther' | 'fit' | 'large' | 'rename' | 'child' | 'sibling' | 'remove' | 'fold' | 'up'
 *   | 'down' | 'moveTo' | 'expand' | 'passage' | 'stop', () => void> & {paint: (color: number) => void}} ToolActions
 * @typedef {{canUndo: boolean, canRedo: boolean, root: boolean, first: boolean, last: boolean, folded: boolean, parent: boolean,
 *   passage: boolean, color: number, busy: boolean, large: boolean}} ToolState
 */

/** A menu that opens below its button and closes by itself. @param {HTMLElement} summary @param {HTMLElement} content */
export function menu(summary, content) {
  const details = h('details', { class: 'map-menu' }, summary, content);
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return;
    event.preventDefault();
    event.stopPropagation();
    details.open = false;
    summary.focus();
  });
  details.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !details.contains(/** @type {Node} */ (event.relatedTarget)))
      details.open = false;
  });
  return details;
}

/** @param {import('./words.js').MapWords} t @param {ToolActions} on @param {HTMLElement} files @param {boolean} editable @param {boolean} model whether there is one to ask */
export function createTools(t, on, files, editable, model) {
  const undo = tool(t('undo'), 'undo', on.undo);
  const redo = tool(t('redo'), 'redo', on.redo);
  const large = tool(t('large'), 'large', on.large);
  const view = h(
    'div',
    { class: 'map-tools', role: 'toolbar', 'aria-label': t('viewTools') },
    ...(editable ? [undo, redo] : []),
    tool(t('farther'), 'farther', on.farther),
    tool(t('closer'), 'closer', on.closer),
    tool(t('fit'), 'fit', on.fit),
    large,
    files,
  );
  const rename = tool(t('rename'), 'rename', on.rename);
  const sibling = tool(t('sibling'), 'sibling', on.sibling);
  const expand = tool(t('expand'), 'expand', () => (state?.busy ? on.stop() : on.expand()));
  const fold = tool(t('fold'), 'fold', on.fold);
  const up = tool(t('up'), 'up', on.up);
  const down = tool(t('down'), 'down', on.down);
  const moveTo = tool(t('moveTo'), 'moveTo', on.moveTo);
  const remove = tool(t('remove'), 'remove', on.remove);
  const passage = tool(t('passage'), 'passage', on.passage);
  const swatch = (/** @type {number} */ color) =>
    h('button', {
      type: 'button',
      class: `swatch color-${color}`,
      'aria-label': color ? t('colorNumber', { n: color }) : t('colorNone'),
      title: color ? t('colorNumber', { n: color }) : t('colorNone'),
      onclick: () => {
        colors.open = false;
        on.paint(color);
      },
    });
  const swatches = Array.from({ length: COLORS + 1 }, (_, color) => swatch(color));
  const colorButton = h('summary', { class: 'icon-button', 'aria-label': t('color'), title: t('color') });
  colorButton.append(...tool('', 'color', () => {}).childNodes);
  const colors = menu(colorButton, h('div', { class: 'swatches' }, ...swatches));
  const edit = h(
    'div',
    { class: 'map-tools', role: 'toolbar', 'aria-label': t('editTools') },
    passage,
    rename,
    tool(t('child'), 'child', on.child),
    sibling,
    ...(model ? [expand] : []),
    fold,
    colors,
    up,
    down,
    moveTo,
    remove,
  );
  /** @type {ToolState | undefined} */
  let state;
  return {
    view,
    edit: editable ? edit : null,
    /** @param {ToolState} next */
    update(next) {
      undo.disabled = !next.canUndo;
      redo.disabled = !next.canRedo;
      for (const button of [sibling, moveTo, remove]) button.disabled = next.root;
      up.disabled = next.root || next.first;
      down.disabled = next.root || next.last;
      fold.disabled = !next.parent;
      passage.hidden = !next.passage;
      for (const [color, button] of swatches.entries())
        button.setAttribute('aria-pressed', String(color === next.color));
      if (next.folded !== state?.folded) relabel(fold, t(next.folded ? 'unfold' : 'fold'), 'fold');
      if (next.busy !== state?.busy)
        relabel(expand, t(next.busy ? 'stop' : 'expand'), next.busy ? 'stop' : 'expand');
      if (next.large !== state?.large)
        relabel(large, t(next.large ? 'small' : 'large'), next.large ? 'small' : 'large');
      state = next;
    },
  };
}
