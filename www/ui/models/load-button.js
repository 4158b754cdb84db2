// The button that agrees to a model's download, or connects to a site's server, and says which.
import { DEFAULTS, DEFAULT_MODEL, remoteAddress } from '../../app/settings.js';
import { fileName } from '../../weights/sources/file-name.js';
import { h, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** The one click that agrees to the download. @param {import('../lib/view.js').Ui} ui */
export function loadButton(ui) {
  const { app, i18n } = ui;
  const label = h('span', null);
  const agree = () => {
    if (!app.store.get().settings.remote) {
      // Browsers grant it more readily on a click.
      void import('../../weights/store/quota.js').then(
        ({ askToPersist }) => askToPersist(),
        () => {},
      );
      app.model.agree(true);
    }
    void app.model.load();
    ui.focusInput();
  };
  const root = h('button', { type: 'button', class: 'primary', onclick: agree }, icon('download'), label);
  return {
    root,
    /** @param {import('../../app/app.js').AppState} state */
    update({ settings }) {
      const server = remoteAddress(settings, app.base);
      if (server) return setText(label, i18n.t('remoteConnect', { host: server.host }));
      if (settings.paused === settings.model) return setText(label, i18n.t('resume'));
      const standard = settings.model === DEFAULTS.model;
      const size = standard ? DEFAULT_MODEL.size : ui.welcome?.size;
      const words = size
        ? i18n.t('agree', { size: i18n.bytes(size) })
        : i18n.t('load', { name: ui.welcome?.modelName ?? fileName(settings.model) });
      setText(label, words);
    },
  };
}
