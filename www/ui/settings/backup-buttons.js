// The buttons that save conversations to files and read them back.
import { h, setText } from '../lib/dom.js';
import { download } from '../lib/download.js';
import { icon } from '../lib/icons.js';

/** @param {import('../lib/view.js').PanelUi} ui */
export function createTransfer({ app, i18n: { t, number }, showPanel }) {
  const day = () => new Date().toISOString().slice(0, 10);
  const file = h('input', {
    type: 'file',
    accept: '.json,.md,application/json,text/markdown',
    multiple: true,
    class: 'visually-hidden',
    tabindex: -1,
    'aria-label': t('import'),
  });
  file.addEventListener('change', async () => {
    const chosen = [...(file.files ?? [])];
    file.value = '';
    let count = 0;
    const transfer = await app.transfer();
    for (const each of chosen) count += await transfer.importText(await each.text());
    if (app.store.get().notice?.kind === 'error') return showPanel(null); // it is told behind the panel
    setText(said, t('imported', { n: count }));
  });
  const said = h('p', { class: 'note', role: 'status' });
  return h(
    'div',
    { class: 'transfer' },
    h('button', { type: 'button', class: 'quiet', onclick: () => file.click() }, icon('upload'), t('import')),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: async () =>
          download(`loquat-${day()}.json`, 'application/json', await (await app.transfer()).exportJson()),
      },
      icon('download'),
      t('exportAll'),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: async () =>
          download(`loquat-${day()}.md`, 'text/markdown', await (await app.transfer()).exportMarkdown()),
      },
      icon('download'),
      t('exportMarkdown'),
    ),
    file,
    said,
  );
}
