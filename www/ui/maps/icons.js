// The icons of a map's tools, drawn like those of the page.
import { drawIcon } from '../lib/icons.js';
import { h } from '../lib/dom.js';

const PATHS = {
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  redo: 'M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3',
  closer: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.2 16.2 20 20M8 11h6M11 8v6',
  farther: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.2 16.2 20 20M8 11h6',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 12h6',
  large: 'M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7',
  small: 'M20 10h-6V4M14 10l6-6M4 14h6v6M10 14l-6 6',
  save: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  open: 'M4 19V6h6l2 2h8v11zM12 11v5M9.5 13.5 12 11l2.5 2.5',
  rename: 'M4 20h4L19 9l-4-4L4 16zM13.5 6.5l4 4',
  child: 'M4 7h7v4H4zM7.5 11v6H13M17 14v6M14 17h6',
  sibling: 'M4 4h9v5H4zM8 14v6M5 17h6',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  fold: 'M4 12h16M8 5l4 4 4-4M8 19l4-4 4 4',
  color: 'M12 3c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11Z',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  moveTo: 'M4 12h12M11 7l5 5-5 5M20 4v16',
  expand: 'M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8zM19 16v5M16.5 18.5h5',
  passage: 'M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5',
  stop: 'M7 7h10v10H7z',
};

/** @typedef {keyof typeof PATHS} MapIcon */

/** A button that shows an icon alone and says in words what it does. @param {string} label @param {MapIcon} name @param {() => void} onclick */
export const tool = (label, name, onclick) =>
  h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    drawIcon(PATHS[name]),
  );

/** @param {HTMLButtonElement} button @param {string} label @param {MapIcon} name */
export function relabel(button, label, name) {
  button.setAttribute('aria-label', label);
  button.title = label;
  button.replaceChildren(drawIcon(PATHS[name]));
}
