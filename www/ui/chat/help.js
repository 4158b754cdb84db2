// The sheet of keyboard shortcuts.
import { h } from '../lib/dom.js';
import { keyNames, SHORTCUTS } from '../lib/keys.js';

/** @param {import('../lib/view.js').PanelUi} ui */
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
