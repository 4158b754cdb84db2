// The list of conversations: search, open, rename, pin, delete. Export and import are in the settings.
import { confirmsInput, h, setChildren, setProps, setText } from './dom.js';
import { icon, logo } from './icons.js';
import { iconButton } from './message.js';

/**
 * @typedef {import('../state/chat.js').Conversation} Conversation
 * @typedef {import('./i18n.js').Key} Key
 */

const DAY = 86_400_000; // ms

/** @param {Conversation} conversation @param {number} now @returns {Key} */
export function groupOf({ pinned, updated }, now) {
  if (pinned) return 'pinned';
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (updated >= midnight) return 'today';
  if (updated >= midnight - DAY) return 'yesterday';
  return updated >= midnight - 7 * DAY ? 'thisWeek' : 'earlier';
}

/** @param {import('./context.js').Ui} ui */
function createRow(ui, /** @type {string} */ id) {
  const { app } = ui;
  const { t } = ui.i18n;
  const title = h('button', { type: 'button', class: 'open', dir: 'auto', onclick: () => void open() });
  const pin = iconButton(t('pin'), 'pin', () => void app.conversations.patch(id, { pinned: !shown?.pinned }));
  const rename = iconButton(t('rename'), 'edit', startRename);
  const remove = iconButton(t('delete'), 'trash', () => void app.conversations.remove(id));
  const tools = h('span', { class: 'tools', role: 'group' }, pin, rename, remove);
  // Nothing hovers over a touch screen: there the tools have a button of their own.
  const more = h(
    'button',
    { type: 'button', class: 'icon-button more', 'aria-expanded': 'false' },
    icon('more'),
  );
  more.addEventListener('click', () => {
    const shown = root.classList.toggle('with-tools');
    setProps(more, { 'aria-expanded': String(shown) });
  });
  const root = h('li', null, title, tools, more);
  /** @type {Conversation | undefined} */
  let shown;

  async function open() {
    await app.conversations.open(id);
    ui.showSidebar(false);
    if (matchMedia('(hover: hover)').matches) ui.focusInput(); // else the keyboard would cover what was opened
  }

  function startRename() {
    const field = h('input', { type: 'text', 'aria-label': t('rename'), class: 'field' });
    field.value = shown?.title ?? '';
    let done = false;
    const end = (/** @type {boolean} */ keep) => {
      if (done) return;
      done = true;
      field.replaceWith(title);
      const text = field.value.trim();
      if (keep && text) void app.conversations.patch(id, { title: text });
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
    title.replaceWith(field);
    field.select();
  }

  return {
    root,
    /** @param {Conversation} conversation @param {boolean} current */
    update(conversation, current) {
      shown = conversation;
      setText(title, conversation.title || t('untitled'));
      setProps(title, { 'aria-current': current ? 'true' : null, title: conversation.title });
      const actions = t('actions', { title: conversation.title || t('untitled') });
      setProps(tools, { 'aria-label': actions });
      setProps(more, { 'aria-label': actions, title: actions });
      const label = t(conversation.pinned ? 'unpin' : 'pin');
      setProps(pin, { 'aria-label': label, title: label, 'aria-pressed': String(conversation.pinned) });
    },
  };
}

/** @param {import('./context.js').Ui} ui */
export function createSidebar(ui) {
  const { app } = ui;
  const { t } = ui.i18n;
  const search = h('input', {
    type: 'search',
    class: 'field',
    placeholder: t('search'),
    'aria-label': t('search'),
  });
  const empty = h('p', { class: 'note' });
  const groups = h('div', { class: 'groups' });
  const start = h(
    'button',
    {
      type: 'button',
      class: 'new',
      onclick() {
        app.conversations.start();
        ui.showSidebar(false);
        ui.focusInput();
      },
    },
    icon('plus'),
    t('newChat'),
  );
  const close = iconButton(t('closeMenu'), 'close', () => ui.showSidebar(false));
  close.classList.add('menu');
  const root = h(
    'nav',
    { class: 'sidebar', 'aria-label': t('conversations') },
    h('div', { class: 'brand' }, logo(), h('strong', null, t('app')), close),
    start,
    h('label', { class: 'search' }, icon('search'), search),
    groups,
    empty,
    h(
      'div',
      { class: 'foot' },
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: () => ui.showPanel('settings') },
        icon('settings'),
        t('settings'),
      ),
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: () => ui.showPanel('help') },
        icon('help'),
        t('help'),
      ),
    ),
  );
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map();
  /** @type {Map<Key, {root: HTMLElement, list: HTMLElement}>} */
  const sections = new Map();
  /** @type {Set<string> | null} */
  let found = null;
  /** @type {Conversation[] | undefined} */
  let drawnList;
  /** @type {Set<string> | null} */
  let drawnFound = null;
  let drawnRemote = false;
  let drawnCurrent = '';

  search.addEventListener('input', async () => {
    const text = search.value.trim();
    const result = text ? await app.conversations.search(text) : null;
    if (text !== search.value.trim()) return;
    found = result;
    update(app.store.get());
  });

  /** @param {Key} key */
  function section(key) {
    let made = sections.get(key);
    if (!made) {
      const list = h('ul', null);
      made = { list, root: h('section', null, h('h2', null, t(key)), list) };
      sections.set(key, made);
    }
    return made;
  }

  /** @param {import('../state/app.js').AppState} state */
  function update({ list, chat, settings: { remote } }) {
    const current = chat.conversation.id;
    const same = list === drawnList && current === drawnCurrent && found === drawnFound;
    if (same && remote === drawnRemote) return;
    [drawnList, drawnCurrent, drawnFound, drawnRemote] = [list, current, found, remote];
    const now = Date.now();
    /** @type {Map<Key, HTMLElement[]>} */
    const grouped = new Map();
    const wanted = found;
    const listed = wanted ? list.filter(({ id }) => wanted.has(id)) : list;
    for (const conversation of listed) {
      let row = rows.get(conversation.id);
      if (!row) rows.set(conversation.id, (row = createRow(ui, conversation.id)));
      row.update(conversation, conversation.id === current);
      const key = groupOf(conversation, now);
      grouped.set(key, [...(grouped.get(key) ?? []), row.root]);
    }
    setChildren(
      groups,
      [...grouped].map(([key, nodes]) => {
        const { root, list: place } = section(key);
        setChildren(place, nodes);
        return root;
      }),
    );
    empty.hidden = listed.length > 0;
    setText(
      empty,
      list.length === 0
        ? t(remote ? 'noConversationsYet' : 'noConversations')
        : t('nothingFound', { text: search.value.trim() }),
    );
  }

  return { root, update, focusSearch: () => search.focus() };
}
