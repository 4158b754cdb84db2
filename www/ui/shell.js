// Puts the views into a container and keeps them up to date, once a frame. Works in a page and in a shadow root.
import { createAnnouncer } from './announce.js';
import { createComposer } from './composer.js';
import { h, onceAFrame, setProps } from './dom.js';
import { acceptFiles } from './drop.js';
import { listenForKeys } from './keys.js';
import { createLeaves } from './leaves.js';
import { createNotice } from './notice.js';
import { createOverlay } from './overlay.js';
import { createProgress } from './progress.js';
import { createSidebar } from './sidebar.js';
import { stopReading, watchVoices } from './speech.js';
import { createThread } from './thread.js';
import { createTopbar } from './topbar.js';

/** Opened rarely, loaded when they are. */
const PANELS = {
  settings: async () => (await import('./settings.js')).createSettings,
  models: async () => (await import('./manager.js')).createManager,
  help: async () => (await import('./help.js')).createHelp,
};

/**
 * @typedef {object} ShellOptions
 * @property {boolean} [sidebar] false: one conversation, as in a widget
 * @property {boolean} [topbar]
 * @property {import('./context.js').Welcome} [welcome]
 */

/**
 * @param {HTMLElement | ShadowRoot} container
 * @param {import('./context.js').App} app
 * @param {import('./i18n.js').I18n} i18n
 * @param {ShellOptions} [options]
 */
export function mountShell(
  container,
  app,
  i18n,
  { sidebar: withSidebar = true, topbar: withTopbar = true, welcome } = {},
) {
  const announcer = createAnnouncer(i18n);
  /** @type {import('./context.js').Ui} */
  const ui = {
    app,
    i18n,
    announce: announcer.say,
    focusInput: () => composer.focus(),
    ...(welcome ? { welcome } : {}),
    showPanel: (panel) => void showPanel(panel),
    showSidebar: (shown) => overlay.show(shown),
  };
  const thread = createThread(ui);
  const composer = createComposer(ui, thread.editLast);
  const sidebar = withSidebar ? createSidebar(ui) : undefined;
  const topbar = withTopbar ? createTopbar(ui) : undefined;
  const leaves = createLeaves(ui);
  const progress = createProgress(ui);
  const notice = createNotice(ui);
  // In a widget the page around has a main part of its own.
  const main = h(
    welcome ? 'div' : 'main',
    { class: 'main' },
    topbar?.root,
    leaves.root,
    thread.root,
    notice.root,
    progress.root,
    composer.root,
  );
  const dialog = h('dialog', { class: 'panel' });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.replaceChildren());
  const overlay = createOverlay(main, sidebar?.root, topbar?.root);
  const frame = h('div', { class: sidebar ? 'frame' : 'frame alone' }, sidebar?.root, overlay.shade, main);
  const look = { class: 'loquat', lang: i18n.language, dir: i18n.direction };
  const root = h('div', look, frame, dialog, announcer.root);
  overlay.watch(root);

  /** @param {keyof typeof PANELS | null} panel */
  async function showPanel(panel) {
    if (!panel) return dialog.close();
    const create = await PANELS[panel]().catch(() => {
      const message = `The part of this page that shows “${i18n.t(panel)}” did not arrive.`;
      app.report(Object.assign(new Error(message), { code: 'page_incomplete' }));
    });
    if (!create) return;
    const view = create(ui);
    const title = i18n.t(panel);
    const another = dialog.getAttribute('aria-label') !== title;
    setProps(dialog, { 'aria-label': title });
    const leave = () => dialog.close();
    const close = h('button', { type: 'button', class: 'quiet', onclick: leave }, i18n.t('close'));
    dialog.replaceChildren(h('header', null, h('h2', null, title), close), view);
    if (another) dialog.scrollTop = 0;
    if (dialog.open)
      close.focus(); // what had the focus is gone
    else dialog.showModal();
  }

  const views = [
    thread,
    composer,
    leaves,
    progress,
    notice,
    announcer,
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
  acceptFiles(root, app);
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
    unmount() {
      composer.leave();
      stop();
      stopKeys();
      stopVoices();
      root.remove();
    },
  };
}
