// Puts the views into a container and keeps them up to date, once a frame. Works in a page and in a shadow root.
import { createAnnouncer } from './announce.js';
import { createComposer } from './composer.js';
import { h, onceAFrame, setProps } from './dom.js';
import { acceptFiles } from './drop.js';
import { listenForKeys } from './keys.js';
import { createLeaves } from './leaves.js';
import { createNotice } from './notice.js';
import { createProgress } from './progress.js';
import { createSidebar } from './sidebar.js';
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
    showSidebar(shown) {
      root.classList.toggle('with-sidebar', shown);
      if (shown) /** @type {HTMLElement | null} */ (root.querySelector('.sidebar .menu'))?.focus();
    },
  };
  const thread = createThread(ui);
  const composer = createComposer(ui, thread.editLast);
  const sidebar = withSidebar ? createSidebar(ui) : undefined;
  const topbar = withTopbar ? createTopbar(ui) : undefined;
  const leaves = createLeaves(ui);
  const progress = createProgress(ui);
  const notice = createNotice(ui);
  const shade = h('div', { class: 'shade', onclick: () => ui.showSidebar(false) });
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
  const frame = h('div', { class: sidebar ? 'frame' : 'frame alone' }, sidebar?.root, shade, main);
  const look = { class: 'loquat', lang: i18n.language, dir: i18n.direction };
  const root = h('div', look, frame, dialog, announcer.root);

  /** @param {keyof typeof PANELS | null} panel */
  async function showPanel(panel) {
    if (!panel) return dialog.close();
    const create = await PANELS[panel]();
    const view = create(ui);
    const title = i18n.t(panel);
    setProps(dialog, { 'aria-label': title });
    dialog.replaceChildren(
      h(
        'header',
        null,
        h('h2', null, title),
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, i18n.t('close')),
      ),
      view,
    );
    if (!dialog.open) dialog.showModal();
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
  const stop = app.store.subscribe(({ chat }, before) =>
    chat.conversation.id === before.chat.conversation.id ? later() : draw(),
  );
  const stopKeys = listenForKeys(root, ui, { focusSearch: () => sidebar?.focusSearch() });
  return {
    root,
    focus: composer.focus,
    unmount() {
      stop();
      stopKeys();
      root.remove();
    },
  };
}
