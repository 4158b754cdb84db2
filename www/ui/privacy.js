// Proof of privacy: the requests this page made since the model was ready; and the diagnostics one may copy.
import { copyText } from './code.js';
import { diagnostics } from '../state/diagnostics.js';
import { h, setText } from './dom.js';
import { icon } from './icons.js';

const SHOWN = 20; // addresses

/** @param {import('./context.js').Ui} ui */
export function createPrivacy({ app, i18n: { t, number } }) {
  const requests = app.requests.since();
  const text = h('pre', { class: 'visually-hidden' });
  const label = h('span', null, t('diagnostics'));
  const copy = async () => {
    text.textContent = await diagnostics(app.store.get(), requests.length);
    await copyText(text.textContent, text);
    setText(label, t('copied'));
  };
  return h(
    'fieldset',
    null,
    h('legend', null, t('privacy')),
    h(
      'p',
      { class: 'requests', 'data-count': requests.length },
      requests.length === 0 ? t('requestsNone') : t('requestsSome', { n: number(requests.length) }),
    ),
    requests.length > 0
      ? h('ul', null, ...requests.slice(-SHOWN).map((url) => h('li', null, h('code', null, url))))
      : null,
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', class: 'quiet', onclick: copy }, icon('copy'), label),
      text,
    ),
    h('p', { class: 'note' }, t('diagnosticsHelp')),
  );
}
