// Which model answers: those that are here, and the one that suits this device best. Also asks another for an answer again.
import { createLibrary } from '../../app/library.js';
import { HANDLE } from '../../app/files.js';
import { recommend } from '../../weights/manage/recommend.js';
import { thisDevice } from '../../weights/manage/fit.js';
import { h, setChildren } from '../lib/dom.js';

/** @param {import('../lib/view.js').PanelUi} ui @param {string} [answer] id of the message that is answered again */
export function createSwitcher(ui, answer) {
  const { app, i18n } = ui;
  const { t, bytes } = i18n;
  const library = createLibrary(app, app.base);
  const languages = new Intl.DisplayNames([i18n.language], { type: 'language' });
  const here = h('ul', { class: 'models' });
  const more = h('ul', { class: 'models' });
  const moreTitle = h('h3', { hidden: true }, t('switchMore'));
  const arriving = h('div', { class: 'row', hidden: true });

  /** @param {string} label @param {() => void} onclick @param {string} [kind] */
  const button = (label, onclick, kind = 'quiet') =>
    h('button', { type: 'button', class: kind, onclick }, label);

  /** Changes the model, and has it answer what was asked. @param {() => Promise<void>} change */
  const then = (change) => () => {
    ui.showPanel(null);
    void change().then(() => {
      const known = answer && app.store.get().chat.messages[answer];
      if (known && app.store.get().model.status === 'ready') void app.answers.regenerate(answer);
    }, app.report);
  };

  /** @param {import('../../app/library.js').CachedModel} model @param {boolean} used */
  function row(model, used) {
    const use = then(() => (used ? Promise.resolve() : library.use(model)));
    return h(
      'li',
      { class: 'row', 'data-id': model.id, 'aria-current': used ? 'true' : null },
      h('span', { class: 'name' }, h('strong', null, model.name), ` · ${bytes(model.size)}`),
      used ? h('span', { class: 'note' }, t('switchInUse')) : null,
      answer || !used ? button(t(answer ? 'switchAgain' : 'switchUse'), use) : null,
    );
  }

  /** The file that was opened last. @param {FileSystemFileHandle} handle */
  function fileRow(handle) {
    const open = () => {
      ui.showPanel(null);
      void app.files().then((to) => to.openAgain(handle), app.report);
    };
    return h(
      'li',
      { class: 'row' },
      h('span', { class: 'name' }, h('strong', null, handle.name), ` · ${t('fromFile')}`),
      button(t('openAgain', { name: handle.name }), open),
    );
  }

  /** @param {import('../../app/library.js').CatalogEntry} entry @param {number} wordsPerSecond */
  function offer(entry, wordsPerSecond) {
    const size = bytes(entry.size ?? entry.approx_mb * 1e6);
    const names = entry.languages.map((code) => languages.of(code) ?? code).join(', ');
    const why = t('switchWhy', { languages: names, size, n: Math.round(wordsPerSecond) });
    const meanwhile = () => {
      ui.showPanel(null);
      void app.better().then((better) => better.start(entry), app.report);
    };
    const ready = app.store.get().model.status === 'ready';
    return h(
      'li',
      { 'data-id': entry.id },
      h('strong', null, entry.name),
      h('p', { class: 'note' }, why),
      h(
        'div',
        { class: 'row' },
        button(
          t('switchGet', { size }),
          then(() => library.get(entry)),
        ),
        ready && !answer ? button(t('switchMeanwhile'), meanwhile) : null,
      ),
    );
  }

  function showArriving() {
    const { better } = app.store.get();
    arriving.hidden = !better;
    if (!better) return;
    const { name, loaded, total, status } = better;
    const percent = `${i18n.number(total ? Math.floor((100 * loaded) / total) : 0)} %`;
    const again = async () => (await app.better()).resume(true);
    const stop = async () => (await app.better()).stop();
    setChildren(arriving, [
      h('span', null, t(status === 'paused' ? 'betterPaused' : 'switchArriving', { name, percent })),
      ...(status === 'paused' ? [button(t('switchAnyway'), () => void again())] : []),
      button(t('switchStop'), () => void stop()),
    ]);
  }

  async function draw() {
    const { cached, offered, inUse } = await library.read();
    const whole = cached.filter(({ complete }) => complete);
    setChildren(
      here,
      whole.length > 0
        ? whole.map((model) => row(model, model.id === inUse))
        : [h('li', { class: 'note' }, t('switchNone'))],
    );
    const handle = /** @type {FileSystemFileHandle | undefined} */ (
      await app.storage.note(HANDLE).catch(() => undefined)
    );
    if (handle) here.append(fileRow(handle));
    const fitting = offered.filter(({ why }) => !why).map(({ entry }) => entry);
    const cores = navigator.hardwareConcurrency;
    const found = recommend({ models: fitting }, { language: i18n.language, device: thisDevice(), cores });
    moreTitle.hidden = !found;
    setChildren(more, found ? [offer(found.entry, found.wordsPerSecond)] : []);
  }
  void draw().catch(app.report);
  showArriving();
  const stop = app.store.subscribe(({ better }, before) => {
    if (!root.isConnected) return stop();
    if (better !== before.better) showArriving();
  });

  const root = h(
    'div',
    { class: 'switcher' },
    h('h3', null, t('switchHere')),
    here,
    arriving,
    moreTitle,
    more,
    h(
      'div',
      { class: 'row' },
      button(t('switchAll'), () => ui.showPanel('models')),
    ),
  );
  return root;
}
