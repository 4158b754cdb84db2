// A button that shows an icon alone and says in words what it does.
import { h } from './dom.js';
import { icon } from './icons.js';

/** @param {string} label @param {import('./icons.js').IconName} name @param {() => void} onclick */
export function iconButton(label, name, onclick) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick },
    icon(name),
  );
}
