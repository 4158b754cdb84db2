// A passage of the site, verbatim, with a link that opens its page at these words.
import { h } from '../lib/dom.js';

/** Text fragments (WICG scroll-to-text-fragment): the first and the last words of the passage. @param {string} words */
export function textFragment(words) {
  const flat = words.replace(/\s+/g, ' ').trim();
  const encode = (/** @type {string} */ text) => encodeURIComponent(text).replaceAll('-', '%2D');
  const spaced = flat.split(' ');
  if (spaced.length > 9)
    return `:~:text=${encode(spaced.slice(0, 4).join(' '))},${encode(spaced.slice(-4).join(' '))}`;
  return flat === '' ? '' : `:~:text=${encode(flat.length > 60 ? flat.slice(0, 40) : flat)}`;
}

/** @param {import('../../protocol/parts.js').SourcePart} part */
export function addressOf({ address, sentence = '', place = '' }) {
  if (place) return `${address}#${place}`; // a PDF's page
  const fragment = textFragment(sentence);
  return fragment ? `${address}${address.includes('#') ? '' : '#'}${fragment}` : address;
}

/** @param {import('../../protocol/parts.js').SourcePart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart(part, { i18n }) {
  const { title, quote, date, number } = part;
  const safe = /^(\/|https?:)/.test(part.address);
  // In a frame, the page around it is what the link is for.
  const link = safe
    ? h('a', { href: addressOf(part), target: window.parent === window ? null : '_top' }, title)
    : title;
  const when = date ? new Date(`${date}T12:00`).toLocaleDateString(i18n.language) : '';
  return {
    root: h(
      'figure',
      { 'aria-label': i18n.t('citation', { number }) },
      quote ? h('blockquote', { dir: 'auto' }, quote) : null,
      h('figcaption', { dir: 'auto' }, link, when && when !== 'Invalid Date' ? ` · ${when}` : ''),
    ),
  };
}
