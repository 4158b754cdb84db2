// Above the field: the texts that go with the next message, with their length; each can be read, put into the message or
// taken away. Loaded with the first.
import { attachedText } from '../../app/attached.js';
import { h, setChildren } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { withWords } from '../lib/i18n.js';

/**
 * @param {import('../lib/view.js').Ui} ui @param {HTMLElement} root @param {(text: string) => void} insert into the message
 * @returns {Promise<(state: import('../lib/view.js').AppState) => void>}
 */
export async function createAttachedBar({ app, i18n }, root, insert) {
  const { t } = await withWords(i18n, 'notices');
  const list = h('ul', { 'aria-label': t('attached') });
  root.append(list);
  /** @type {readonly import('../../app/attached.js').Attached[] | undefined} */
  let shown;

  /** @param {import('../../app/attached.js').Attached} attached */
  function chip(attached) {
    const { name, text, tokens } = attached;
    const away = () => app.conversations.attach((shown ?? []).filter((each) => each !== attached));
    const into = () => {
      void away();
      insert(attachedText(attached));
    };
    const label = t('attachedInsert', { name });
    return h(
      'li',
      { class: 'chip' },
      h(
        'button',
        { type: 'button', class: 'name', title: text.slice(0, 300), 'aria-label': label, onclick: into },
        name,
      ),
      h('span', { class: 'size' }, t('attachedFits', { n: tokens })),
      iconButton(t('attachedRemove', { name }), 'close', () => void away()),
    );
  }

  return ({ chat: { conversation } }) => {
    const { attached = [] } = conversation;
    root.hidden = attached.length === 0;
    if (attached === shown) return;
    shown = attached;
    setChildren(list, attached.map(chip));
  };
}
