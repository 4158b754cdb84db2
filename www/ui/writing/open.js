// The way into writing by templates: a form, the list of templates, a draft beside the chat.
import { withWords } from '../lib/i18n.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { writingWords } from '../lib/writing-words.js';

/** @param {import('../lib/view.js').Ui} ui @param {HTMLElement} root of the shell @param {import('../lib/view.js').Writing} what */
export async function openWriting(ui, root, what) {
  const [words, i18n] = await Promise.all([
    writingWords(ui.i18n.language),
    withWords(ui.i18n, 'panels'),
    adoptSheet(root, new URL('../chat/panel.css', import.meta.url).href).catch(() => {}),
    adoptSheet(root, new URL('./writing.css', import.meta.url).href).catch(() => {}),
  ]);
  if ('draft' in what) {
    const [{ openDesk }, parts] = await Promise.all([import('./desk.js'), withWords(ui.i18n, 'parts')]);
    openDesk({ ...ui, i18n: parts }, words, root, what.draft);
  } else if ('template' in what) {
    const { createFillForm } = await import('./fill-form.js');
    const close = ui.showDialog(
      what.template.name,
      createFillForm(ui, words, what, () => close()),
    );
  } else {
    const { createTemplates } = await import('./templates-panel.js');
    ui.showDialog(words.w('templates'), await createTemplates({ ...ui, i18n }, words));
  }
}
