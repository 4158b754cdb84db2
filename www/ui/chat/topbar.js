// The line above the conversation: the way to the list, what is loaded and where it runs, the settings.
import { h, setProps, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { isEmpty } from '../../app/chat-tree.js';
import { DEFAULTS } from '../../app/settings.js';
import { personaFinder } from '../settings/persona-face.js';

/** @param {import('../lib/view.js').Ui} ui @returns {import('../lib/view.js').View} */
export function createTopbar(ui) {
  const { t } = ui.i18n;
  const title = h('h1', { class: 'title', dir: 'auto' });
  const model = h('button', { type: 'button', class: 'chip', onclick: () => ui.showPanel('switchModel') });
  const better = h('button', { type: 'button', class: 'badge', onclick: () => ui.showPanel('switchModel') });
  const role = h('button', { type: 'button', class: 'badge', onclick: () => ui.showPanel('settings') });
  const menu = iconButton(t('openMenu'), 'menu', () => ui.showSidebar(true));
  menu.classList.add('menu');
  const fresh = iconButton(t('newChat'), 'plus', () => {
    ui.app.conversations.start();
    ui.focusInput();
  });
  fresh.classList.add('new-chat'); // the list has one, too
  const temporary = iconButton(t('temporary'), 'ghost', () => {
    const { conversation } = ui.app.store.get().chat;
    ui.app.conversations.start({ temporary: !conversation.temporary });
    ui.focusInput();
  });
  const passing = h('span', { class: 'badge', title: t('temporaryHelp') }, t('temporary'));
  const share = iconButton(t('share'), 'share', () => ui.showPanel('share'));
  const root = h(
    'header',
    { class: 'topbar' },
    menu,
    title,
    passing,
    role,
    model,
    better,
    temporary,
    fresh,
    share,
    iconButton(t('settings'), 'settings', () => ui.showPanel('settings')),
  );
  const view = {
    root,
    /** @param {import('../../app/app.js').AppState} state */
    update({ chat, settings: { personas }, model: { status, info, name }, better: arriving }) {
      setText(title, chat.conversation.title || t('newChat'));
      share.hidden = isEmpty(chat);
      passing.hidden = !chat.conversation.temporary;
      temporary.hidden = !isEmpty(chat);
      setProps(temporary, { 'aria-pressed': String(chat.conversation.temporary === true) });
      const { persona, system } = ui.app.settings();
      const chosen = findPersona(personas, persona);
      role.hidden = !chosen && system === DEFAULTS.system;
      setText(role, chosen ? `${chosen.icon} ${chosen.name}`.trim() : t('ownRole'));
      role.title = system;
      better.hidden = !arriving;
      if (arriving) {
        const { name, loaded, total, status } = arriving;
        const percent = `${ui.i18n.number(total ? Math.floor((100 * loaded) / total) : 0)} %`;
        setText(better, t(status === 'paused' ? 'betterPaused' : 'betterArriving', { name, percent }));
      }
      model.hidden = status !== 'ready' || !info;
      if (!info) return;
      setProps(model, { 'aria-description': t('switchModel') });
      setText(model, `${name} · ${info.backend === 'remote' ? t('remoteChip') : info.backend}`);
      model.title = [info.name, info.variant, info.reason].filter(Boolean).join('\n');
    },
  };
  const findPersona = personaFinder(ui.i18n, () => view.update(ui.app.store.get()));
  return view;
}
