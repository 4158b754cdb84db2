// The first thing a visitor sees: what this is, what it will download, and what one could ask.
import { DEFAULTS, DEFAULT_MODEL, remoteAddress } from '../../app/settings.js';
import { fileName } from '../../weights/sources/file-name.js';
import { h, setText } from '../lib/dom.js';
import { faceOf } from './face.js';
import { icon } from '../lib/icons.js';
import { loadButton } from '../models/load-button.js';
import { greetingOf, personaFinder } from '../settings/persona-face.js';

const EXAMPLES = /** @type {const} */ (['ask', 'write', 'summarize', 'translate', 'code', 'plan']);

/** What one could ask: the site's own, or the page's. @param {import('../lib/view.js').Ui} ui */
function suggestions({ welcome, i18n: { t } }) {
  if (welcome) return (welcome.replies ?? []).map((text) => ({ heading: '', text }));
  return EXAMPLES.map((name) => ({ heading: t(`${name}Title`), text: t(`${name}Prompt`) }));
}

/** @param {import('../lib/view.js').Ui} ui */
export function createWelcome(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const title = h('h2', null);
  const findPersona = personaFinder(i18n, () => update(app.store.get()));
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
    const chosen = [...(file.files ?? [])];
    if (chosen.length > 0) void app.files().then((to) => to.openModel(chosen), app.report);
    file.value = '';
  });
  const open = h('button', { type: 'button', class: 'quiet', onclick: () => file.click() }, t('openFile'));
  const again = h('button', { type: 'button', class: 'quiet', hidden: true });
  // The model's file that was opened at another visit.
  if (!ui.welcome)
    void app.storage.note('model-file').then(
      (note) => {
        const handle = /** @type {FileSystemFileHandle | undefined} */ (note);
        again.hidden = !handle;
        if (!handle) return;
        setText(again, t('openAgain', { name: handle.name }));
        again.onclick = () => void app.files().then((to) => to.openAgain(handle), app.report);
      },
      () => {},
    );
  const others = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => ui.showPanel('models') },
    t('otherModels'),
  );
  const local = h('p', { class: 'local' }, icon('shield'), h('span', null, t('welcomeLocal')));
  const better = h('div', { hidden: true });
  const offer = h(
    'div',
    { class: 'offer' },
    local,
    what,
    h('div', { class: 'row' }, start.root, ...(ui.welcome ? [] : [others, open, again, file])),
    better,
    ui.welcome?.serves ? null : h('p', { class: 'note' }, t('agreeNote')), // a service does not wait for it
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
  let asked = false;
  let speaks = false;

  /** A first visitor gets the model that suits; the default stays beside it. */
  async function recommend() {
    asked = true;
    const { createOffer } = await import('../models/offer.js');
    const offered = await createOffer(ui);
    if (!offered) return;
    speaks = offered.speaks;
    better.replaceChildren(offered.root, ...(speaks ? [h('p', { class: 'note' }, t('offerSmall'))] : []));
    start.root.classList.toggle('primary', !speaks);
    start.root.classList.toggle('quiet', speaks);
    // The one that speaks the language stands first.
    if (speaks) what.before(better);
    update(app.store.get());
  }
  const passing = h('p', { class: 'note' }, icon('ghost'), ' ', t('temporaryHelp'));
  const disclosure = ui.welcome?.disclosure ? h('p', { class: 'note' }, ui.welcome.disclosure) : null;
  // A service answers without a model: what one could ask comes before what could be downloaded.
  const parts = ui.welcome?.serves
    ? [disclosure, examples, offer, small]
    : [disclosure, offer, examples, small];
  const root = h(
    'div',
    { class: 'welcome' },
    faceOf(ui),
    title,
    passing,
    ...parts.filter((part) => part !== null),
  );

  /** @param {import('../../app/app.js').AppState} state */
  function update(state) {
    const { model, settings, chat } = state;
    const persona = findPersona(settings.personas, settings.persona);
    const greeting = ui.welcome?.greeting ?? (persona && greetingOf(persona));
    setText(title, greeting || t('welcomeTitle'));
    passing.hidden = !chat.conversation.temporary;
    offer.hidden = model.status !== 'none' && model.status !== 'failed';
    start.update(state);
    local.hidden = what.hidden = small.hidden = settings.remote;
    const standard = settings.model === DEFAULTS.model;
    const values = { name: DEFAULT_MODEL.title, size: i18n.bytes(DEFAULT_MODEL.size) };
    const foreign = standard && i18n.language !== DEFAULT_MODEL.language;
    setText(small, foreign && !speaks ? `${t('smallModel')}${t('mainlyEnglish')}` : t('smallModel'));
    better.hidden = !standard || settings.remote || !better.firstChild;
    if (!asked && !ui.welcome && standard && !offer.hidden && !settings.remote)
      void recommend().catch(() => {});
    const own = ui.welcome?.modelName ?? (ui.welcome ? fileName(settings.model) : settings.model);
    setText(what, standard ? t('welcomeDownload', values) : own);
  }

  return { root, update };
}
