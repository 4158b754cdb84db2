// Proof of privacy: the requests made since the model was ready; and the diagnostics one may copy.
import { diagnostics } from '../state/diagnostics.js';
import { copyText } from './code.js';
import { h, setChildren, setProps, setText } from './dom.js';
import { icon } from './icons.js';

const SHOWN = 20; // addresses

/** @param {import('./context.js').Ui} ui */
export function createPrivacy({ app, i18n: { t, number } }) {
  const counted = h('p', { class: 'requests' });
  const addresses = h('ul', null);
  const requests = app.requests.since().catch(() => /** @type {string[]} */ ([]));
  void requests.then((list) => {
    setText(counted, list.length === 0 ? t('requestsNone') : t('requestsSome', { n: number(list.length) }));
    setProps(counted, { 'data-count': list.length });
    setChildren(
      addresses,
      list.slice(-SHOWN).map((url) => h('li', null, h('code', null, url))),
    );
  });
  const text = h('pre', { class: 'visually-hidden' });
  const label = h('span', null, t('diagnostics'));
  const copy = async () => {
    text.textContent = await diagnostics(app.store.get(), (await requests).length);
    const copied = await copyText(text.textContent, text);
    setText(label, t(copied ? 'copied' : 'selected'));
  };
  return h(
    'fieldset',
    null,
    h('legend', null, t('privacy')),
    counted,
    addresses,
    h('p', { class: 'note' }, t('requestsOwn')),
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', class: 'quiet', onclick: copy }, icon('copy'), label),
      text,
    ),
    h('p', { class: 'note' }, t('diagnosticsHelp')),
  );
}
