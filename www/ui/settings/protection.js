// A passphrase for what is stored, and the way to delete all of it.
import { FACTS } from '../../app/memory.js';
import { h, setText } from '../lib/dom.js';
import { row } from '../lib/fields.js';

const LEAST = 8; // characters
/** What is stored beside conversations, and encrypted with them. */
const NOTES = [FACTS];

/** @param {import('../lib/view.js').PanelUi} ui */
export function createPassphrase({ app, i18n: { t } }) {
  const field = () => h('input', { type: 'password', autocomplete: 'new-password' });
  const first = field();
  const again = field();
  const said = h('p', { class: 'note', role: 'status' });
  /** @param {() => Promise<unknown>} act then everything is read anew */
  const run = async (act) => {
    setText(said, t('passphraseBusy'));
    try {
      await act();
      location.reload();
    } catch (error) {
      setText(said, String(/** @type {Error} */ (error).message ?? error));
    }
  };
  const set = () => {
    if (first.value.length < LEAST) return setText(said, t('passphraseShort'));
    if (first.value !== again.value) return setText(said, t('passphraseDiffers'));
    void run(async () => {
      const { lock } = await import('../../app/seal.js');
      app.answers.end();
      await lock(app.storage, localStorage, first.value, NOTES);
    });
  };
  const { seal } = app;
  const off = () => void run(async () => seal?.remove(NOTES));
  const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
    h('div', { class: 'row' }, h('button', { type: 'button', class: 'quiet', onclick }, label));
  const here = !globalThis.crypto?.subtle
    ? [h('p', { class: 'note' }, t('passphraseNone'))]
    : seal
      ? [h('p', { class: 'note' }, t('passphraseHelp')), button(t('passphraseOff'), off)]
      : [
          row(t, 'passphraseNew', first, 'passphraseHelp'),
          row(t, 'passphraseAgain', again),
          button(t('passphraseSet'), set),
        ];
  return h('fieldset', { class: 'passphrase' }, h('legend', null, t('passphrase')), ...here, said);
}

/** @param {import('../lib/view.js').PanelUi} ui */
export function createErase({ app, i18n: { t } }) {
  const models = h('input', { type: 'checkbox' });
  const sure = h('div', { class: 'row', hidden: true });
  const erase = async () => {
    app.answers.end();
    app.model.close();
    const { eraseAll } = await import('../../app/erase.js');
    await eraseAll(app.storage, models.checked);
    location.replace(new URL('.', app.base).href);
  };
  const ask = h(
    'button',
    {
      type: 'button',
      class: 'quiet danger',
      onclick() {
        sure.hidden = false;
        sure.querySelector('button')?.focus();
      },
    },
    t('erase'),
  );
  sure.append(
    h('label', { class: 'quiet' }, models, t('eraseModels')),
    h('button', { type: 'button', class: 'primary danger', onclick: () => void erase() }, t('eraseNow')),
  );
  return h(
    'fieldset',
    { class: 'erase' },
    h('legend', null, t('erase')),
    h('p', { class: 'note' }, t('eraseHelp')),
    h('div', { class: 'row' }, ask),
    sure,
  );
}
