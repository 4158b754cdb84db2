// Puts the views into a container and keeps them up to date, once a frame. Works in a page and in a shadow root.
import { createAnnouncer } from '../lib/announce.js';
import { createComposer } from './composer.js';
import { h, onceAFrame, setProps, setText } from '../lib/dom.js';
import { acceptFiles } from './drop.js';
import { listenForKeys } from '../lib/keys.js';
import { createLeaves } from './leaves.js';
import { withWords } from '../lib/i18n.js';
import { lateView } from '../lib/late-view.js';
import { createOverlay } from '../lib/overlay.js';
import { createProgress } from '../models/download-bar.js';
import { createSide } from './side.js';
import { stopReading, watchVoices } from './speech.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { createThread } from './message-list.js';

/** Opened rarely, loaded when they are. */
const PANELS = {
  settings: async () => (await import('../settings/panel.js')).createSettings,
  models: async () => (await import('../models/manager.js')).createManager,
  help: async () => (await import('./help.js')).createHelp,
  documents: async () => (await import('../documents/shelf.js')).createDocumentsPanel,
  switchModel: async () => (await import('../models/switcher.js')).createSwitcher,
  again: async () => (await import('../models/switcher.js')).createSwitcher,
  palette: async () => (await import('./palette.js')).createPalette,
  share: async () => (await import('./share.js')).createShare,
};

/**
 * @typedef {object} ShellOptions
 * @property {typeof import('./sidebar.js').createSidebar} [sidebar] without it there is one conversation, as in a widget
 * @property {typeof import('./topbar.js').createTopbar} [topbar]
 * @property {import('../lib/view.js').Welcome} [welcome]
 * @property {Pick<import('../lib/view.js').Ui, 'waysToPerson' | 'rates' | 'sendFeedback' | 'runTool'>} [site] what a site's service adds
 */

/**
 * @param {HTMLElement | ShadowRoot} container
 * @param {import('../lib/view.js').App} app
 * @param {import('../lib/i18n.js').I18n} i18n
 * @param {ShellOptions} [options]
 */
export function mountShell(
  container,
  app,
  i18n,
  { sidebar: createSidebar, topbar: createTopbar, welcome, site = {} } = {},
) {
  app.setOwnWords({ standardRole: i18n.t('systemStandard'), memoryIntro: i18n.t('memoryIntro') });
  const announcer = createAnnouncer(i18n);
  /** @type {import('../lib/view.js').Ui} */
  const ui = {
    app,
    i18n,
    announce: announcer.say,
    focusInput: () => composer.focus(),
    ...(welcome ? { welcome } : {}),
    ...site,
    showPanel: (panel, section) => void showPanel(panel, section),
    showDialog,
    showSidebar: (shown) => overlay.show(shown),
    write: (what) => void import('../writing/open.js').then(({ openWriting }) => openWriting(ui, root, what)),
  };
  const thread = createThread(ui);
  const composer = createComposer(ui, thread.editLast);
  const sidebar = createSidebar?.(ui);
  const topbar = createTopbar?.(ui);
  const leaves = createLeaves(ui);
  const disclosures = h('div', { class: 'disclosures', role: 'alert' });
  const disclosure = lateView(
    disclosures,
    (state) => state.disclosure !== null,
    async () => (await import('./disclosure-card.js')).createDisclosure(ui, disclosures),
  );
  const progress = createProgress(ui);
  const notices = h('div', { class: 'notices', 'aria-live': 'assertive' });
  const notice = lateView(
    notices,
    (state) => state.notice !== null,
    async () => (await import('../lib/notice.js')).createNotice(ui, notices),
    (state) => setText(notices, state.notice?.message ?? ''),
  );
  // In a widget the page around has a main part of its own.
  const main = h(
    welcome ? 'div' : 'main',
    { class: 'main' },
    topbar?.root,
    leaves.root,
    thread.root,
    disclosure.root,
    notice.root,
    progress.root,
    composer.root,
  );
  const dialog = h('dialog', { class: 'panel' });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => !dialog.open && dialog.replaceChildren()); // it may show something else by now
  const side = createSide(ui, () => overlay.cover());
  const overlay = createOverlay(main, sidebar?.root, topbar?.root, side.isOver);
  const parts = [sidebar?.root, overlay.shade, main, side.root];
  const frame = h('div', { class: sidebar ? 'frame' : 'frame alone' }, ...parts);
  const look = { class: 'loquat', lang: i18n.language, dir: i18n.direction };
  const skip = h(
    'button',
    { type: 'button', class: 'skip', onclick: () => composer.focus() },
    i18n.t('skipToMessage'),
  );
  const root = h('div', look, welcome ? null : skip, frame, dialog, announcer.root);
  overlay.watch(root);

  /** @param {keyof typeof PANELS | 'document'} panel */
  function missing(panel) {
    const message = `The part of this page that shows “${i18n.t(panel)}” did not arrive.`;
    app.report(Object.assign(new Error(message), { code: 'page_incomplete' }));
  }

  /** @param {keyof typeof PANELS | 'document' | null} panel @param {string} [section] */
  async function showPanel(panel, section) {
    if (!panel) return dialog.close();
    // A document stands beside the chat.
    if (panel === 'document')
      return import('../documents/pane.js')
        .then(({ showPane }) => showPane(ui, frame))
        .catch(() => missing(panel));
    const view = await Promise.all([
      PANELS[panel](),
      withWords(i18n, 'panels'),
      adoptSheet(root, new URL('./panel.css', import.meta.url).href),
    ])
      .then(([create, words]) => create({ ...ui, i18n: words }, panel === 'again' ? section : undefined))
      .catch(() => missing(panel));
    if (!view) return;
    showDialog(i18n.t(panel), view);
    if (!section || panel === 'again') return;
    const part = dialog.querySelector(`.${section}`);
    if (part instanceof HTMLDetailsElement) part.open = true;
    part?.scrollIntoView();
  }

  /** @param {string} title @param {Node} view */
  function showDialog(title, view) {
    const another = dialog.getAttribute('aria-label') !== title;
    setProps(dialog, { 'aria-label': title });
    const leave = () => dialog.close();
    const close = h('button', { type: 'button', class: 'quiet', onclick: leave }, i18n.t('close'));
    dialog.replaceChildren(h('header', null, h('h2', null, title), close), view);
    if (another) dialog.scrollTop = 0;
    if (dialog.open)
      close.focus(); // what had the focus is gone
    else dialog.showModal();
    return leave;
  }

  const views = [
    thread,
    composer,
    leaves,
    disclosure,
    progress,
    notice,
    announcer,
    side,
    ...(sidebar ? [sidebar] : []),
    ...(topbar ? [topbar] : []),
  ];
  const draw = () => {
    const state = app.store.get();
    setProps(root, { 'data-text-size': state.settings.textSize });
    for (const view of views) view.update(state);
  };
  draw();
  container.append(root);
  acceptFiles(root, ui);
  const later = onceAFrame(draw);
  // Another conversation at once, or what is typed next would go into the field of the old one.
  const stop = app.store.subscribe(({ chat }, before) => {
    if (chat.conversation.id === before.chat.conversation.id) return later();
    stopReading();
    draw();
  });
  const stopKeys = listenForKeys(root, ui, {
    focusSearch: () => sidebar?.focusSearch(),
    sidebarIsOver: overlay.isOver,
  });
  const stopVoices = watchVoices(root);
  return {
    root,
    focus: composer.focus,
    insert: composer.insert,
    unmount() {
      composer.leave();
      thread.leave();
      side.leave();
      stop();
      stopKeys();
      stopVoices();
      root.remove();
    },
  };
}
