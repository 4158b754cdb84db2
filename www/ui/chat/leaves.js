// The mark that words leave this device, above the conversation for as long as a server answers; and the way back.
import { remoteAddress } from '../../app/settings.js';
import { h, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** @param {import('../lib/view.js').Ui} ui @returns {import('../lib/view.js').View} */
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
