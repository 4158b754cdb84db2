// A draft taken elsewhere: copied, printed, as Markdown, as plain text, as a Word file.
import { copyText } from '../lib/copy.js';
import { h, setText } from '../lib/dom.js';
import { download, saveBytes } from '../lib/download.js';
import { icon } from '../lib/icons.js';
import { codeDecorator } from '../parts/code.js';
import { createMarkdown } from '../parts/markdown.js';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** A file's name: the first heading, else the title. @param {import('../../protocol/parts.js').DraftPart} draft */
const nameOf = ({ text, title }) =>
  (/^#+\s+(.+)$/m.exec(text)?.[1] ?? title)
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 60) || 'draft';

/** @param {import('./desk.js').Desk} desk */
export function exportRow(desk) {
  const { ui, words } = desk;
  const { i18n } = ui;
  const { w } = words;
  const said = h('span', { role: 'status', class: 'note' });

  /** @param {Parameters<typeof icon>[0]} face @param {string} label @param {() => unknown} run */
  const button = (face, label, run) =>
    h('button', { type: 'button', class: 'quiet', onclick: () => void run() }, icon(face), label);

  /** @type {HTMLElement} */
  const root = h(
    'div',
    { class: 'row exports', role: 'group', 'aria-label': w('exportDraft') },
    button('copy', i18n.t('copy'), async () =>
      setText(said, i18n.t((await copyText(desk.draft().text, root)) ? 'copied' : 'selected')),
    ),
    button('download', 'Markdown', () =>
      download(`${nameOf(desk.draft())}.md`, 'text/markdown', desk.draft().text),
    ),
    button('download', 'DOCX', async () => {
      const { docxFile } = await import('./docx-file.js');
      saveBytes(
        `${nameOf(desk.draft())}.docx`,
        DOCX,
        await docxFile(desk.draft().text, nameOf(desk.draft())),
      );
    }),
    button('download', w('plainText'), async () => {
      const { plainText } = await import('./plain-text.js');
      download(`${nameOf(desk.draft())}.txt`, 'text/plain', plainText(desk.draft().text));
    }),
    button('print', w('print'), () => printDraft(desk)),
    said,
  );
  return {
    root,
    update() {
      for (const each of root.querySelectorAll('button')) each.disabled = desk.draft().text === '';
    },
  };
}

/** On paper stands the draft and nothing around it. @param {import('./desk.js').Desk} desk */
function printDraft(desk) {
  const { i18n } = desk.ui;
  const body = h('div', { class: 'draft-on-paper body loquat' });
  createMarkdown(body, codeDecorator(i18n), (rows, columns) => i18n.t('tableOf', { rows, columns })).render(
    desk.draft().text,
  );
  document.body.append(body);
  document.documentElement.classList.add('prints-draft');
  const done = () => {
    body.remove();
    document.documentElement.classList.remove('prints-draft');
  };
  addEventListener('afterprint', done, { once: true });
  print();
}
