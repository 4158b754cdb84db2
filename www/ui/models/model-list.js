// The models one may choose, whether they fit this device, and which are kept in this browser. Loading is the app's matter.
import { loadCatalog } from '../../weights/sources/catalog.js';
import { misfit, needOf, thisDevice } from '../../weights/manage/fit.js';
import { deleteModel, listModels } from '../../weights/manage/manager.js';
import { h, setChildren } from '../lib/dom.js';
import { loadFitWords } from './fit-words.js';
import { iconButton } from '../lib/icon-button.js';

/** @typedef {import('../../weights/manage/fit.js').CatalogEntry} CatalogEntry */

const CONTEXT = 4096; // tokens a model should have room for

/** What the address field takes for an entry of the catalog. @param {CatalogEntry} entry */
function addressOf({ hub, url }) {
  return hub ? `hub:${hub}` : (url ?? '');
}

/**
 * @param {import('../lib/view.js').PanelUi} ui
 * @param {(address: string) => void} choose
 */
export function createModels(ui, choose) {
  const { app, i18n } = ui;
  const { t, bytes } = i18n;
  const languages = new Intl.DisplayNames([i18n.language], { type: 'language' });
  const offered = h('ul', { class: 'models' });
  const more = h('ul', { class: 'models' });
  const rest = h('details', { hidden: true }, h('summary', null, t('otherModels')), more);
  const stored = h('ul', { class: 'models' });
  const storedTitle = h('h3', { hidden: true }, t('storedModels'));

  /** @param {CatalogEntry} entry @param {import('./fit-words.js').FitWords} fitWords */
  function offer(entry, fitWords) {
    const why = misfit(needOf(entry, CONTEXT), thisDevice());
    const address = addressOf(entry);
    const size = bytes(entry.size ?? entry.approx_mb * 1e6);
    const facts = [
      size,
      entry.quantization,
      entry.licence,
      entry.languages.map((code) => languages.of(code) ?? code).join(', '),
    ].join(' · ');
    const current = app.store.get().settings.model === address;
    return h(
      'li',
      null,
      h(
        'button',
        {
          type: 'button',
          class: 'model',
          'aria-pressed': String(current),
          disabled: why !== undefined,
          onclick: () => choose(address),
        },
        h('strong', null, entry.name),
        h('span', null, facts),
        why ? h('span', { class: 'why' }, fitWords(why)) : null,
      ),
    );
  }

  async function showStored() {
    const models = await listModels().catch(() => []);
    storedTitle.hidden = models.length === 0;
    const rows = models.map((model) => {
      const remove = iconButton(t('deleteModel', { name: model.name }), 'trash', async () => {
        await deleteModel(model.id).catch(noted);
        await showStored();
      });
      const size = model.complete
        ? bytes(model.size)
        : t('ofBytes', { loaded: bytes(model.stored), total: bytes(model.size) });
      return h('li', { class: 'row' }, h('span', { class: 'name' }, `${model.name} · ${size}`), remove);
    });
    setChildren(stored, rows);
  }

  /** @param {unknown} error */
  function noted(error) {
    ui.showPanel(null);
    app.report(error);
  }

  void showStored();
  // A site without a catalog has the address field.
  Promise.all([loadCatalog(new URL('catalog.json', app.base)), loadFitWords(i18n)]).then(
    ([{ models }, words]) => {
      const row = (/** @type {CatalogEntry} */ entry) => offer(entry, words);
      const { model } = app.store.get().settings;
      const [current, others] = [
        models.filter((each) => addressOf(each) === model),
        models.filter((each) => addressOf(each) !== model),
      ];
      setChildren(offered, current.map(row));
      setChildren(more, others.map(row));
      rest.hidden = others.length === 0;
    },
    () => {},
  );
  return h('div', null, offered, rest, storedTitle, stored);
}
