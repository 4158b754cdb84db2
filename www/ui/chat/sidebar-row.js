// One conversation in the list: opened by its title, with what can be done to it beside that.
import { confirmsInput, h, setProps, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { iconButton } from '../lib/icon-button.js';

/** @typedef {import('../../app/chat-tree.js').Conversation} Conversation */

/** @param {import('../lib/view.js').Ui} ui */
export function createRow(ui, /** @type {string} */ id) {
  const { app } = ui;
  const { t } = ui.i18n;
  const title = h('button', { type: 'button', class: 'open', dir: 'auto', onclick: () => void open() });
  const pin = iconButton(t('pin'), 'pin', () => void app.conversations.patch(id, { pinned: !shown?.pinned }));
  const rename = iconButton(t('rename'), 'edit', startRename);
  const remove = iconButton(t('delete'), 'trash', () => void app.conversations.remove(id));
  const hit = h('span', { class: 'hit', dir: 'auto', hidden: true });
  const move = iconButton(t('folder'), 'folder', startMove);
  const archive = iconButton(t('archive'), 'archive', () =>
    shown?.archived
      ? void app.conversations.patch(id, { archived: false })
      : void app.conversations.archive(id),
  );
  const tools = h('span', { class: 'tools', role: 'group' }, pin, rename, move, archive, remove);
  for (const aside of [move, archive]) aside.classList.add('aside'); // with all of them
  // All tools; over a touch screen nothing hovers, and there are none without it.
  const more = h(
    'button',
    { type: 'button', class: 'icon-button more', 'aria-expanded': 'false' },
    icon('more'),
  );
  more.addEventListener('click', () => {
    const shown = root.classList.toggle('with-tools');
    setProps(more, { 'aria-expanded': String(shown) });
  });
  const state = h('span', { class: 'visually-hidden' });
  for (const tool of [pin, rename, move, archive, remove, more]) tool.tabIndex = -1; // by arrows, from the title
  const root = h('li', null, title, state, hit, tools, more);
  /** @type {Conversation | undefined} */
  let shown;

  async function open() {
    await app.conversations.open(id);
    ui.showSidebar(false);
    if (matchMedia('(hover: hover)').matches) ui.focusInput(); // else the keyboard would cover what was opened
  }

  function startRename() {
    editInPlace(t('rename'), shown?.title ?? '', [], (text) => {
      if (text) void app.conversations.patch(id, { title: text });
    });
  }

  function startMove() {
    const folders = app.store.get().list.flatMap(({ folder }) => (folder ? [folder] : []));
    editInPlace(t('folderHint'), shown?.folder ?? '', [...new Set(folders)].sort(), (folder) => {
      if (folder !== (shown?.folder ?? '')) void app.conversations.patch(id, { folder });
    });
  }

  /**
   * A field in the place of the title.
   * @param {string} label @param {string} value @param {readonly string[]} known offered while one types
   * @param {(text: string) => void} apply
   */
  function editInPlace(label, value, known, apply) {
    const options = h(
      'datalist',
      { id: `${id}-known` },
      ...known.map((each) => h('option', { value: each })),
    );
    const field = h('input', {
      type: 'text',
      'aria-label': label,
      placeholder: label,
      class: 'field',
      list: known.length > 0 ? options.id : null,
    });
    field.value = value;
    let done = false;
    const end = (/** @type {boolean} */ keep) => {
      if (done) return;
      done = true;
      options.remove();
      field.replaceWith(title);
      if (keep) apply(field.value.trim());
      title.focus();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !confirmsInput(event)) {
        event.preventDefault(); // or the same key would press the title, which gets the focus
        end(true);
      }
      if (event.key === 'Escape') {
        event.stopPropagation();
        end(false);
      }
    });
    field.addEventListener('blur', () => end(true));
    title.replaceWith(field, options);
    field.select();
  }

  return {
    root,
    /** @param {Conversation} conversation @param {boolean} current @param {string} words of it that were searched for @param {'busy' | 'done'} [mark] */
    update(conversation, current, words, mark) {
      setText(state, mark ? t(mark === 'busy' ? 'rowBusy' : 'rowDone') : '');
      root.dataset.mark = mark ?? '';
      setText(hit, words);
      hit.hidden = words === '';
      shown = conversation;
      setText(title, conversation.title || t('untitled'));
      setProps(title, { 'aria-current': current ? 'true' : null, title: conversation.title });
      const actions = t('actions', { title: conversation.title || t('untitled') });
      setProps(tools, { 'aria-label': actions });
      setProps(more, { 'aria-label': actions, title: actions });
      const label = t(conversation.pinned ? 'unpin' : 'pin');
      setProps(pin, { 'aria-label': label, title: label, 'aria-pressed': String(conversation.pinned) });
      const aside = t(conversation.archived ? 'unarchive' : 'archive');
      setProps(archive, { 'aria-label': aside, title: aside });
    },
  };
}
