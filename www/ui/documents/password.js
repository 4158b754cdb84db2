// Asks for the password of an encrypted file, in a dialog of the page: what is typed is seen by nobody.
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';
import { h } from '../lib/dom.js';

/**
 * @param {HTMLElement} place something of the shell @param {import('../lib/i18n.js').I18n} i18n
 * @param {string} name of the file @param {boolean} wrong whether the one before was
 * @returns {Promise<string | null>} null: none is given
 */
export async function askPassword(place, i18n, name, wrong) {
  const { language, words } = await loadWords(i18n.language, 'documents');
  const field = h('input', {
    type: 'password',
    autocomplete: 'off',
    required: true,
    'aria-label': words.password,
  });
  const says = fill(language, wrong ? words.passwordWrong : words.passwordOf, { name });
  const cancel = h('button', { type: 'button', class: 'quiet' }, words.skip);
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', null, words.password),
    h('p', { dir: 'auto', role: wrong ? 'alert' : null }, says),
    field,
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, words.open), cancel),
  );
  const dialog = h('dialog', { class: 'panel password', 'aria-label': words.password }, form);
  (place.closest('.loquat') ?? place).append(dialog);
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', () => (dialog.returnValue = 'given'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'given' ? field.value : null);
    });
  });
}
