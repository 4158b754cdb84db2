// The versions of a draft, and two of them word by word.
import { h, setChildren } from '../lib/dom.js';
import { showVersion } from './versions.js';

/** @param {import('./desk.js').Desk} desk @returns {import('./desk.js').DeskView} */
export function versionsView(desk) {
  const { w, has } = desk.words;
  const { language } = desk.ui.i18n;
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const from = h('select', { 'aria-label': w('compareFrom') });
  const to = h('select', { 'aria-label': w('compareTo') });
  const restore = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      onclick: () => desk.keep(showVersion(desk.draft(), Number(from.value))),
    },
    w('restoreVersion'),
  );
  const place = h('div', null);
  const root = h(
    'div',
    { class: 'desk-versions' },
    h('div', { class: 'row' }, from, h('span', { 'aria-hidden': 'true' }, '→'), to, restore),
    place,
  );
  for (const control of [from, to]) control.addEventListener('change', () => void compare());
  /** @type {readonly unknown[] | undefined} */
  let shown;

  async function compare() {
    const { versions, language: written } = desk.draft();
    const [before, after] = [versions[Number(from.value)], versions[Number(to.value)]];
    restore.disabled = Number(from.value) === desk.draft().at;
    if (!before || !after) return place.replaceChildren(h('p', { class: 'note' }, w('noVersions')));
    const { compareView } = await import('./compare.js');
    const view = compareView(before.text, after.text, written);
    view.setAttribute('aria-label', w('comparison'));
    place.replaceChildren(view);
  }

  return {
    root,
    update() {
      const { versions, at = versions.length - 1 } = desk.draft();
      if (versions === shown && Number(to.value) === at) return;
      const fresh = versions !== shown;
      shown = versions;
      if (fresh)
        for (const control of [from, to])
          setChildren(
            control,
            versions.map(({ by, at: when }, i) => {
              const key = has(`by_${by}`) ? /** @type {const} */ (`by_${by}`) : undefined;
              return h(
                'option',
                { value: i },
                `${i + 1}. ${key && has(key) ? w(key) : by} ${time.format(when)}`,
              );
            }),
          );
      to.value = String(at);
      from.value = String(Math.max(0, at - 1));
      void compare();
    },
  };
}
