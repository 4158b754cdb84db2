// The form in which a question is edited.
import { confirmsInput, h } from '../lib/dom.js';

/**
 * @param {import('../lib/i18n.js').I18n} i18n @param {string} text
 * @param {{save: (text: string) => void, cancel: () => void}} on
 */
export function editor({ t }, text, { save, cancel }) {
  const rows = Math.min(10, text.split('\n').length + 1);
  const field = h('textarea', { 'aria-label': t('edit'), rows, dir: 'auto' });
  field.value = text;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const trimmed = field.value.trim();
    if (trimmed) save(trimmed);
  };
  const form = h(
    'form',
    { class: 'editor', onsubmit: submit },
    field,
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', class: 'quiet', onclick: cancel }, t('cancel')),
      h('button', { type: 'submit', class: 'primary' }, t('save')),
    ),
  );
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      cancel();
    } else if (event.key === 'Enter' && !event.shiftKey && !confirmsInput(event)) submit(event);
  });
  return form;
}
