// The question for the passphrase, before anything that is stored is shown.
import { eraseAll } from '../../app/erase.js';
import { openLock } from '../../app/seal.js';
import { h, setText } from '../lib/dom.js';
import { withWords } from '../lib/i18n.js';
import { logo } from '../lib/icons.js';

/**
 * @param {HTMLElement} place @param {import('../lib/i18n.js').I18n} page
 * @param {import('../../app/seal.js').Lock} lock
 * @param {import('../../app/db.js').ChatStorage} storage
 * @returns {Promise<CryptoKey>}
 */
export async function askPassphrase(place, page, lock, storage) {
  const { t, language, direction } = await withWords(page, 'panels');
  return new Promise((resolve) => {
    const field = h('input', {
      type: 'password',
      class: 'field',
      autocomplete: 'current-password',
      'aria-label': t('passphrase'),
    });
    const said = h('p', { class: 'note', role: 'alert' });
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const key = await openLock(lock, field.value);
      if (key) {
        root.remove();
        return resolve(key);
      }
      setText(said, t('unlockWrong'));
      field.select();
    };
    const sure = h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        hidden: true,
        onclick: async () => {
          await eraseAll(storage, false);
          location.reload();
        },
      },
      t('eraseNow'),
    );
    const forgot = h('button', { type: 'button', class: 'quiet', onclick: () => (sure.hidden = false) });
    forgot.textContent = t('unlockForgot');
    const form = h(
      'form',
      { class: 'unlock', onsubmit: submit },
      logo(),
      h('h1', null, t('unlockTitle')),
      field,
      h('button', { type: 'submit', class: 'primary' }, t('unlock')),
      said,
      forgot,
      sure,
    );
    const root = h('main', { class: 'loquat', lang: language, dir: direction }, form);
    place.append(root);
    field.focus();
  });
}
