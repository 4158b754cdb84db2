// What can be done with the open conversation as a whole: copied, printed, saved as a file that opens anywhere.
import { toJson, toMarkdown } from '../../app/exchange/exchange.js';
import { copyText } from '../lib/copy.js';
import { h, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { download } from '../lib/download.js';
import { toHtml } from './html-file.js';

/** @param {string} title */
const fileOf = (title) =>
  title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 60) || 'loquat';

/** @param {import('../lib/view.js').PanelUi} ui */
export function createShare({ app, i18n, showPanel }) {
  const { t } = i18n;
  const said = h('p', { class: 'note', role: 'status' });
  const root = h('div', { class: 'transfer share' });
  const chat = () => app.store.get().chat;
  const name = () => fileOf(chat().conversation.title);

  /** @param {Parameters<typeof icon>[0]} face @param {string} label @param {() => unknown} run */
  const button = (face, label, run) =>
    h('button', { type: 'button', class: 'quiet', onclick: () => void run() }, icon(face), label);

  root.append(
    button('copy', t('shareCopy'), async () =>
      setText(said, t((await copyText(toMarkdown(chat()), root)) ? 'copied' : 'selected')),
    ),
    button('download', t('shareHtml'), async () =>
      download(`${name()}.html`, 'text/html', await toHtml(chat(), i18n)),
    ),
    button('download', 'Markdown', () => download(`${name()}.md`, 'text/markdown', toMarkdown(chat()))),
    button('download', 'JSON', () => {
      const { conversation, messages } = chat();
      download(
        `${name()}.json`,
        'application/json',
        toJson([{ conversation, messages: Object.values(messages) }]),
      );
    }),
    button('print', t('sharePrint'), () => {
      showPanel(null);
      setTimeout(() => print(), 100); // when the panel is gone
    }),
    said,
  );
  return root;
}
