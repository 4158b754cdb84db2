// The mark that words leave this device, above the conversation for as long as a server answers; and the way back.
import { remoteAddress } from '../state/settings.js';
import { h, setText } from './dom.js';
import { icon } from './icons.js';

/** @param {import('./context.js').Ui} ui @returns {import('./context.js').View} */
export function createLeaves(ui) {
  const { app, i18n } = ui;
  const text = h('span', null);
  const back = () => void app.model.useRemote(undefined);
  const root = h(
    'div',
    { class: 'leaves', role: 'note', hidden: true },
    icon('upload'),
    text,
    // What answers on somebody's site is the site's choice.
    ui.welcome ? null : h('button', { type: 'button', class: 'quiet', onclick: back }, i18n.t('remoteOff')),
  );
  return {
    root,
    update({ settings }) {
      const address = remoteAddress(settings, app.base);
      root.hidden = !address;
      if (address) setText(text, i18n.t('leavesDevice', { host: address.host }));
    },
  };
}
