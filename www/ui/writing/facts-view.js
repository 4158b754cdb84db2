// Which of the facts that were given stand in the draft, what stands there without having been given, and whether it has its form.
import { checkText } from '../../agent/writing/form.js';
import { h } from '../lib/dom.js';

/** @param {boolean} ok @param {...(Node | string)} children */
const tick = (ok, ...children) =>
  h('li', { class: ok ? 'ok' : 'lacks' }, h('span', { 'aria-hidden': 'true' }, ok ? '✓' : '✗'), ...children);

/** @param {import('./desk.js').Desk} desk @returns {import('./desk.js').DeskView} */
export function factsView(desk) {
  const { w, has } = desk.words;
  const root = h('div', { class: 'desk-facts' });
  return {
    root,
    update() {
      const form = desk.form();
      const { text } = desk.draft();
      if (!form) return root.replaceChildren(h('p', { class: 'note' }, w('factsUnknown')));
      const { facts, invented, form: checks } = checkText(form.template, form.values, text);
      /** @param {boolean} ok */
      const state = (ok) => h('span', { class: 'visually-hidden' }, ` ${w(ok ? 'isThere' : 'isMissing')}`);
      /** @param {import('../../agent/writing/facts.js').Found} found */
      const show = (found) =>
        h(
          'button',
          {
            type: 'button',
            class: 'quiet',
            onclick() {
              const at = text.indexOf(found.text, Math.max(0, found.start - 2));
              const start = at < 0 ? text.indexOf(found.text) : at;
              desk.select(start, start + found.text.length);
            },
          },
          found.text,
        );
      root.replaceChildren(
        h('h3', null, w('factsGiven')),
        facts.length > 0
          ? h(
              'ul',
              null,
              ...facts.map(({ text: fact, label = '', kept }) =>
                tick(
                  kept,
                  h('strong', { dir: 'auto' }, fact),
                  h('span', { class: 'note', dir: 'auto' }, label),
                  state(kept),
                ),
              ),
            )
          : h('p', { class: 'note' }, w('factsNone')),
        h('h3', null, w('factsInvented')),
        invented.length > 0
          ? h('ul', null, ...invented.map((each) => h('li', { class: 'lacks' }, show(each))))
          : h('p', { class: 'note' }, w('inventedNone')),
        h('h3', null, w('formTitle')),
        h(
          'ul',
          null,
          ...checks.map(({ rule, ok, found, wanted }) => {
            const key = `rule_${rule}`;
            return tick(
              ok,
              h(
                'span',
                { dir: 'auto' },
                `${has(key) ? w(key) : rule}: ${wanted}${ok ? '' : ` (${w('found', { found: String(found || 0) })})`}`,
              ),
              state(ok),
            );
          }),
        ),
      );
    },
  };
}
