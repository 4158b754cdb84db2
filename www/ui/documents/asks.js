// What the person is asked while a file is read, in dialogs of the page: the password of an encrypted file, which is seen by
// nobody, and whether pages that are pictures are to be read by a download.
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
  const given = asked(place, dialog, form, cancel);
  field.focus();
  return (await given) ? field.value : null;
}

/**
 * Shows a dialog until it is answered.
 * @param {HTMLElement} place @param {HTMLDialogElement} dialog @param {HTMLFormElement} form @param {HTMLButtonElement} cancel
 * @returns {Promise<boolean>} whether with yes
 */
function asked(place, dialog, form, cancel) {
  (place.closest('.loquat') ?? place).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', () => (dialog.returnValue = 'given'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'given');
    });
  });
}

/**
 * @param {HTMLElement} place something of the shell @param {import('../lib/i18n.js').I18n} i18n
 * @param {string} name of the file @param {number} pages that are pictures @param {number} all pages
 * @param {number} bytes of the download
 * @returns {Promise<boolean>} whether they are to be read
 */
export async function askPictures(place, i18n, name, pages, all, bytes) {
  const { language, words } = await loadWords(i18n.language, 'documents');
  const cancel = h('button', { type: 'button', class: 'quiet' }, words.picturesLeave);
  const says = fill(language, words.picturesOf, { name, n: pages, all });
  const costs = fill(language, words.picturesHelp, { size: i18n.bytes(bytes) });
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', null, words.pictures),
    h('p', { dir: 'auto' }, says),
    h('p', { class: 'note' }, costs),
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, words.picturesRead), cancel),
  );
  return asked(
    place,
    h('dialog', { class: 'panel password', 'aria-label': words.pictures }, form),
    form,
    cancel,
  );
}
