// Products as cards: picture, name, price, what was asked for, and a link.
import { h } from '../lib/dom.js';

const isSafe = (/** @type {string} */ address) => /^(\/|https:|\.{1,2}\/)/.test(address);

/** @param {import('../../protocol/parts.js').ProductCard} card */
function view({ name, price, picture, address, facts }) {
  const image =
    picture && isSafe(picture)
      ? h('img', { src: picture, alt: '', loading: 'lazy', width: 72, height: 72 })
      : null;
  image?.addEventListener('error', () => image.remove()); // the name says it
  const title =
    address && isSafe(address)
      ? h('a', { href: address, target: window.parent === window ? null : '_top' }, name)
      : name;
  return h(
    'li',
    { class: 'product' },
    image,
    h(
      'div',
      null,
      h('strong', { dir: 'auto' }, title),
      price ? h('span', { class: 'price' }, price) : null,
      ...facts.map(([label, value]) => h('small', { dir: 'auto' }, `${label}: ${value}`)),
    ),
  );
}

/** @param {import('../../protocol/parts.js').ProductsPart} part */
export function createPart({ items }) {
  return { root: h('ul', { class: 'products', role: 'list' }, ...items.map(view)) };
}
