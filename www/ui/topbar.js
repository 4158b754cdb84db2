// The line above the conversation: the way to the list, what is loaded and where it runs, the settings.
import { h, setText } from './dom.js';
import { iconButton } from './message.js';

/** @param {import('./context.js').Ui} ui @returns {import('./context.js').View} */
export function createTopbar(ui) {
  const { t } = ui.i18n;
  const title = h('h1', { class: 'title', dir: 'auto' });
  const model = h('span', { class: 'chip' });
  const menu = iconButton(t('openMenu'), 'menu', () => ui.showSidebar(true));
  menu.classList.add('menu');
  const fresh = iconButton(t('newChat'), 'plus', () => {
    ui.app.conversations.start();
    ui.focusInput();
  });
  fresh.classList.add('new-chat'); // the list has one, too
  const root = h(
    'header',
    { class: 'topbar' },
    menu,
    title,
    model,
    fresh,
    iconButton(t('settings'), 'settings', () => ui.showPanel('settings')),
  );
  return {
    root,
    update({ chat, model: { status, info, name } }) {
      setText(title, chat.conversation.title || t('newChat'));
      model.hidden = status !== 'ready' || !info;
      if (!info) return;
      setText(model, `${name} · ${info.backend === 'remote' ? t('remoteChip') : info.backend}`);
      model.title = [info.name, info.variant, info.reason].filter(Boolean).join('\n');
    },
  };
}
