// The first thing a visitor sees: what this is, what it will download, and what one could ask.
import { askToPersist } from '../cache/quota.js';
import { DEFAULTS, DEFAULT_MODEL, remoteAddress } from '../state/settings.js';
import { fileName } from '../cache/sources.js';
import { h, setText } from './dom.js';
import { icon, logo } from './icons.js';
import { personaGreeting } from './personas.js';

const EXAMPLES = /** @type {const} */ (['ask', 'write', 'summarize', 'translate', 'code', 'plan']);

/** The one click that agrees to the download. @param {import('./context.js').Ui} ui */
export function loadButton(ui) {
  const { app, i18n } = ui;
  const label = h('span', null);
  const agree = () => {
    if (!app.store.get().settings.remote) {
      void askToPersist(); // browsers grant it more readily on a click
      app.change({ agreed: true });
    }
    void app.model.load();
    ui.focusInput();
  };
  const root = h('button', { type: 'button', class: 'primary', onclick: agree }, icon('download'), label);
  return {
    root,
    /** @param {import('../state/app.js').AppState} state */
    update({ settings }) {
      const server = remoteAddress(settings, app.base);
      if (server) return setText(label, i18n.t('remoteConnect', { host: server.host }));
      const standard = settings.model === DEFAULTS.model;
      const size = standard ? DEFAULT_MODEL.size : ui.welcome?.size;
      const words = size
        ? i18n.t('agree', { size: i18n.bytes(size) })
        : i18n.t('load', { name: fileName(settings.model) });
      setText(label, words);
    },
  };
}

/** What one could ask: the site's own, or the page's. @param {import('./context.js').Ui} ui */
function suggestions({ welcome, i18n: { t } }) {
  if (welcome) return (welcome.replies ?? []).map((text) => ({ heading: '', text }));
  return EXAMPLES.map((name) => ({ heading: t(`${name}Title`), text: t(`${name}Prompt`) }));
}

/** @param {import('./context.js').Ui} ui */
export function createWelcome(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const title = h('h2', null);
  const start = loadButton(ui);
  const what = h('p', { class: 'what' });
  const file = h('input', {
    type: 'file',
    accept: '.gguf',
    class: 'visually-hidden',
    tabindex: -1,
    'aria-label': t('openFile'),
  });
  file.addEventListener('change', () => {
    if (file.files?.length) void app.model.loadSource({ file: [...file.files] });
    file.value = '';
  });
  const open = h('button', { type: 'button', class: 'quiet', onclick: () => file.click() }, t('openFile'));
  const others = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => ui.showPanel('models') },
    t('otherModels'),
  );
  const local = h('p', { class: 'local' }, icon('shield'), h('span', null, t('welcomeLocal')));
  const offer = h(
    'div',
    { class: 'offer' },
    local,
    what,
    h('div', { class: 'row' }, start.root, ...(ui.welcome ? [] : [others, open, file])),
    h('p', { class: 'note' }, t('agreeNote')),
  );
  const examples = h(
    'ul',
    { class: 'examples', 'aria-label': t('examples') },
    ...suggestions(ui).map(({ heading, text }) =>
      h(
        'li',
        null,
        h(
          'button',
          { type: 'button', onclick: () => void app.answers.send(text) },
          heading ? h('strong', null, heading) : null,
          h('span', null, text),
        ),
      ),
    ),
  );
  const small = h('p', { class: 'note' });
  const root = h('div', { class: 'welcome' }, logo(), title, offer, examples, small);

  return {
    root,
    /** @param {import('../state/app.js').AppState} state */
    update(state) {
      const { model, settings, chat } = state;
      const greeting = ui.welcome?.greeting ?? personaGreeting(t, settings.personas, settings.persona);
      setText(title, greeting || t('welcomeTitle'));
      offer.hidden = model.status !== 'none' && model.status !== 'failed';
      start.update(state);
      local.hidden = what.hidden = small.hidden = settings.remote;
      const standard = settings.model === DEFAULTS.model;
      const values = { name: DEFAULT_MODEL.title, size: i18n.bytes(DEFAULT_MODEL.size) };
      const foreign = standard && i18n.language !== DEFAULT_MODEL.language;
      setText(small, foreign ? `${t('smallModel')}${t('mainlyEnglish')}` : t('smallModel'));
      setText(what, standard ? t('welcomeDownload', values) : settings.model);
    },
  };
}
