// The sheet of keyboard shortcuts.
import { h } from './dom.js';
import { keyNames, SHORTCUTS } from './keys.js';

/** @param {import('./context.js').Ui} ui */
export function createHelp({ i18n: { t } }) {
  return h(
    'dl',
    { class: 'shortcuts' },
    ...SHORTCUTS.map(({ keys, does }) =>
      h(
        'div',
        null,
        h('dt', null, ...keyNames(keys).map((name) => h('kbd', null, name))),
        h('dd', null, t(does)),
      ),
    ),
  );
}
