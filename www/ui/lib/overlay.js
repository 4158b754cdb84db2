// The list of conversations over the conversation, where there is no room beside it. How it looks is the style's matter.
import { h } from './dom.js';

/**
 * @param {HTMLElement} main what it covers
 * @param {HTMLElement | undefined} sidebar
 * @param {HTMLElement | undefined} topbar with the button that shows it
 * @param {() => boolean} [alsoOver] whether something else lies over it
 */
export function createOverlay(main, sidebar, topbar, alsoOver = () => false) {
  const shade = h('div', { class: 'shade', onclick: () => show(false) });
  /** @type {HTMLElement | undefined} */
  let root;

  const isOver = () => getComputedStyle(shade).display !== 'none';
  /** What lies under it takes no part, for keys and screen readers too. */
  const cover = () => void (main.inert = isOver() || alsoOver());

  /** @param {HTMLElement | undefined} place */
  const focusMenu = (place) =>
    /** @type {HTMLElement | null | undefined} */ (place?.querySelector('.menu'))?.focus();

  /** @param {boolean} shown */
  function show(shown) {
    if (!root || !sidebar) return;
    const was = isOver();
    root.classList.toggle('with-sidebar', shown);
    if (!isOver()) root.classList.remove('with-sidebar'); // it stands beside, there is nothing to show
    cover();
    if (isOver()) focusMenu(sidebar);
    else if (was) focusMenu(topbar);
  }

  return {
    shade,
    isOver,
    cover,
    show,
    /** @param {HTMLElement} shell */
    watch(shell) {
      root = shell;
      new ResizeObserver(cover).observe(shell);
    },
  };
}
