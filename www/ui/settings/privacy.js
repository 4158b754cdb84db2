// Proof of privacy: the requests made since the model was ready, and who sees to it that there are no others; and the diagnostics one may copy.
import { diagnostics } from '../../app/diagnostics.js';
import { sourcesOfPage } from '../../protocol/connect-list.js';
import { copyText } from '../lib/copy.js';
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

const SHOWN = 20; // addresses

/** The hosts that a page's policy lists besides its own, as people read them. @param {readonly string[]} sources @param {string} own */
const hostsOf = (sources, own) =>
  sources.map((source) => (source === "'self'" ? own : source.replace(/^https:\/\//, ''))).join(', ');

/** @param {import('../lib/view.js').PanelUi} ui */
export function createPrivacy({ app, i18n: { t, number } }) {
  const counted = h('p', { class: 'requests' });
  const addresses = h('ul', null);
  const enforced = h('p', { class: 'note enforced' });
  const requests = app.requests.since();
  requests.then(
    ({ addresses: list, policy }) => {
      setText(counted, list.length === 0 ? t('requestsNone') : t('requestsSome', { n: number(list.length) }));
      setProps(counted, { 'data-count': list.length });
      setChildren(
        addresses,
        list.slice(-SHOWN).map((url) => h('li', null, h('code', null, url))),
      );
      const sources = sourcesOfPage();
      const hosts = hostsOf(sources ?? [], new URL(app.base).host);
      const words = { browser: 'enforcedBrowser', self: 'enforcedSelf', none: 'enforcedNone' };
      const by = sources ? policy : 'none';
      setText(enforced, t(/** @type {import('../lib/fields.js').Key} */ (words[by]), { hosts }));
      setProps(enforced, { 'data-policy': by });
    },
    (error) => {
      setText(counted, t(app.store.get().model.status === 'ready' ? 'requestsUncounted' : 'requestsNotYet'));
      setProps(counted, { 'data-count': 'unknown', title: String(error?.message ?? error) });
      counted.classList.add('warning');
    },
  );
  const text = h('pre', { class: 'visually-hidden' });
  const label = h('span', null, t('diagnostics'));
  const copy = async () => {
    const count = await requests.then(
      (known) => known.addresses.length,
      () => 'not counted',
    );
    text.textContent = await diagnostics(app.store.get(), count);
    const copied = await copyText(text.textContent, text);
    setText(label, t(copied ? 'copied' : 'selected'));
  };
  return h(
    'fieldset',
    { class: 'privacy' },
    h('legend', null, t('privacy')),
    counted,
    addresses,
    enforced,
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
