// A passage, verbatim, with its number, its document and its place.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').CitationPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart(part, { app, i18n: { t }, showPanel }) {
  const { number, document: name, place, quote, hash } = part;
  const paged = /** @type {{page?: number} | null} */ (part.anchor)?.page !== undefined;
  const where = `[${number}] ${[name, paged ? t('citationPage', { page: place }) : place].filter(Boolean).join(', ')}`;
  const open = () => {
    app.documents.show(part);
    showPanel('document');
  };
  // What is kept nowhere can't be opened: an import, or a document that was removed.
  const kept = hash && app.store.get().documents.list.some((document) => document.hash === hash);
  const link = h(
    'button',
    { type: 'button', class: 'quiet', onclick: open, title: t('documentOpen') },
    where,
  );
  return {
    root: h(
      'figure',
      { 'aria-label': t('citation', { number }) },
      h('blockquote', { dir: 'auto' }, quote),
      h('figcaption', { dir: 'auto' }, kept ? link : where),
    ),
  };
}
