// The picture of who answers: the page's own, or what a site has set in its place.
import { h } from '../lib/dom.js';
import { logo } from '../lib/icons.js';

/** @param {import('../lib/view.js').Ui} ui @returns {Element | null} nothing, where a site wants none */
export function faceOf({ welcome }) {
  const face = welcome?.face;
  if (face === 'none') return null;
  return face ? h('img', { class: 'logo face', src: face, alt: '', width: 64, height: 64 }) : logo();
}
