// The list of conversations: search, open, rename, pin, delete. Export and import are in the settings.
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { icon, logo } from '../lib/icons.js';
import { iconButton } from '../lib/icon-button.js';
import { createRow } from './sidebar-row.js';

/**
 * @typedef {import('../../app/chat-tree.js').Conversation} Conversation
 * @typedef {import('../lib/i18n.js').Key} Key
 */

const DAY = 86_400_000; // ms

const FOLDER = 'folder:';

/** @param {Conversation} conversation @param {number} now @returns {Key | `folder:${string}`} */
export function groupOf({ archived, pinned, folder, updated }, now) {
  if (archived) return 'archived';
  if (pinned) return 'pinned';
  if (folder) return `${FOLDER}${folder}`;
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (updated >= midnight) return 'today';
  if (updated >= midnight - DAY) return 'yesterday';
  return updated >= midnight - 7 * DAY ? 'thisWeek' : 'earlier';
}

const ORDER = ['pinned', FOLDER, 'today', 'yesterday', 'thisWeek', 'earlier', 'archived'];
/** Where a group stands; folders among themselves by name. @param {string} key */
const rank = (key) => ORDER.indexOf(key.startsWith(FOLDER) ? FOLDER : key);

/** Up and down from row to row, sideways to the tools of one: each row is one stop of the Tab key. @param {KeyboardEvent} event */
function moveByArrows(event) {
  const { key, currentTarget, target } = event;
  const at = /** @type {HTMLElement} */ (target);
  const row = at.closest('li');
  if (!row || at.tagName === 'INPUT') return;
  const list = /** @type {HTMLElement} */ (currentTarget);
  const buttons = /** @type {HTMLElement[]} */ ([...row.querySelectorAll('.open, .tools button, .more')]);
  const across = buttons.filter((button) => button.getClientRects().length > 0);
  const down = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.open')]);
  const back = getComputedStyle(row).direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
  const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const nodes = sideways ? across : down;
  const from = sideways ? across.indexOf(at) : down.indexOf(across[0]);
  const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: down.length - 1 }[key];
  const next = sideways ? from + (key === back ? -1 : 1) : to;
  if (next === undefined || !nodes[next]) return;
  event.preventDefault();
  nodes[next].focus();
}

/** @param {import('../lib/view.js').Ui} ui */
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
  const archiveLabel = h('span', null);
  const archiveButton = h(
    'button',
    {
      type: 'button',
      class: 'quiet archive',
      hidden: true,
      'aria-expanded': 'false',
      onclick: toggleArchive,
    },
    icon('archive'),
    archiveLabel,
  );
  const install = h(
    'button',
    { type: 'button', class: 'quiet', hidden: true, onclick: () => app.store.get().install?.() },
    icon('download'),
    t('install'),
  );
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
    archiveButton,
    empty,
    h(
      'div',
      { class: 'foot' },
      install,
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
  /** @type {Map<string, {root: HTMLElement, list: HTMLElement}>} */
  const sections = new Map();
  let withArchive = false;
  /** @type {Map<string, string> | null} */
  let found = null;
  /** @type {Conversation[] | undefined} */
  let drawnList;
  /** @type {Map<string, string> | null} */
  let drawnFound = null;
  let drawnRemote = false;
  let drawnCurrent = '';
  /** @type {import('../../app/app.js').AppState['marks'] | undefined} */
  let drawnMarks;

  search.addEventListener('input', async () => {
    const text = search.value.trim();
    const result = text ? await app.conversations.search(text) : null;
    if (text !== search.value.trim()) return;
    found = result;
    update(app.store.get());
  });

  /** A folder folds. @param {string} key */
  function section(key) {
    let made = sections.get(key);
    if (!made) {
      const list = h('ul', null);
      const folder = key.startsWith(FOLDER) ? key.slice(FOLDER.length) : undefined;
      const title = h('h2', { dir: 'auto' }, folder ?? t(/** @type {Key} */ (key)));
      const root =
        folder === undefined
          ? h('section', null, title, list)
          : h('details', { class: 'folder', open: true }, h('summary', null, icon('folder'), title), list);
      made = { list, root };
      sections.set(key, made);
    }
    return made;
  }

  function toggleArchive() {
    withArchive = !withArchive;
    drawnList = undefined;
    update(app.store.get());
  }

  /** @param {import('../../app/app.js').AppState} state */
  function update({ list, chat, marks, install: installs, settings: { remote } }) {
    install.hidden = !installs;
    const current = chat.conversation.id;
    const same = list === drawnList && current === drawnCurrent && found === drawnFound;
    if (same && remote === drawnRemote && marks === drawnMarks) return;
    drawnMarks = marks;
    [drawnList, drawnCurrent, drawnFound, drawnRemote] = [list, current, found, remote];
    const now = Date.now();
    /** @type {Map<string, HTMLElement[]>} */
    const grouped = new Map();
    const wanted = found;
    // The search finds what is archived, too.
    const listed = list.filter(({ id, archived }) => (wanted ? wanted.has(id) : !archived || withArchive));
    const away = list.filter(({ archived }) => archived).length;
    archiveButton.hidden = away === 0 || wanted !== null;
    setProps(archiveButton, { 'aria-expanded': String(withArchive) });
    setText(archiveLabel, t('archivedCount', { n: away }));
    for (const conversation of listed) {
      let row = rows.get(conversation.id);
      if (!row) rows.set(conversation.id, (row = createRow(ui, conversation.id)));
      row.update(
        conversation,
        conversation.id === current,
        wanted?.get(conversation.id) ?? '',
        marks[conversation.id],
      );
      const key = groupOf(conversation, now);
      grouped.set(key, [...(grouped.get(key) ?? []), row.root]);
    }
    setChildren(
      groups,
      [...grouped]
        .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
        .map(([key, nodes]) => {
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

  groups.addEventListener('keydown', moveByArrows);

  return { root, update, focusSearch: () => search.focus() };
}
