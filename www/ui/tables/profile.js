// A table at a glance: what each column holds, what is missing, and what is unlike the rest, with the way to each row.
import { h } from '../lib/dom.js';
import { kindWord } from './words.js';

/**
 * @param {import('../../agent/tables/book.js').Profile} profile
 * @param {{w: import('./words.js').TableWords, i18n: import('../lib/i18n.js').I18n, goTo: (row: number, column: number) => void, close: () => void}} options
 */
export function createProfile({ rows, duplicates, totals, columns }, { w, i18n, goTo, close }) {
  const { number } = i18n;
  /** @param {readonly number[]} found @param {number} column */
  const places = (found, column) =>
    found.length === 0
      ? '–'
      : h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => goTo(found[0], column), title: w('goToFirst') },
          number(found.length),
        );
  const names = ['kind', 'missing', 'different', 'least', 'most', 'outliers', 'suspicious'];
  const head = h(
    'tr',
    null,
    ...['column', ...names].map((name) =>
      h('th', { scope: 'col' }, w(/** @type {import('./words.js').Key} */ (`profile_${name}`))),
    ),
  );
  const body = columns.map((column, i) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row', dir: 'auto' }, column.name),
      h('td', null, [kindWord(w, column.kind), column.unit].filter(Boolean).join(' · ')),
      h('td', null, number(column.missing + column.errors)),
      h('td', null, column.different === null ? w('many') : number(column.different)),
      h('td', { dir: 'auto' }, (column.least ?? '').slice(0, 40)),
      h('td', { dir: 'auto' }, (column.most ?? '').slice(0, 40)),
      h('td', null, places(column.outliers, i)),
      h('td', null, places(column.suspicious, i)),
    ),
  );
  return h(
    'div',
    { class: 'profile' },
    h('h3', null, w('profile')),
    h('p', null, w('profileRows', { n: rows, columns: columns.length, duplicates, totals: totals.length })),
    h(
      'div',
      { class: 'table', tabindex: 0, role: 'region', 'aria-label': w('profile') },
      h('table', null, h('thead', null, head), h('tbody', null, ...body)),
    ),
    h('button', { type: 'button', class: 'quiet', onclick: close }, w('close')),
  );
}
