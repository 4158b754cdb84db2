// The models one may choose, whether they fit this device, and which are kept in this browser. Loading is the app's matter.
import { loadCatalog } from '../cache/catalog.js';
import { misfit, needOf, thisDevice } from '../cache/fit.js';
import { deleteModel, listModels } from '../cache/manager.js';
import { h, setChildren } from './dom.js';
import { fitWords } from './fit-words.js';
import { iconButton } from './message.js';

/** @typedef {import('../cache/fit.js').CatalogEntry} CatalogEntry */

const CONTEXT = 4096; // tokens a model should have room for

/** What the address field takes for an entry of the catalog. @param {CatalogEntry} entry */
function addressOf({ hub, url }) {
  return hub ? `hub:${hub}` : (url ?? '');
}

/**
 * @param {import('./context.js').Ui} ui
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

  /** @param {CatalogEntry} entry */
  function offer(entry) {
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
        why ? h('span', { class: 'why' }, fitWords(i18n, why)) : null,
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
  loadCatalog(new URL('catalog.json', app.base)).then(
    ({ models }) => {
      const { model } = app.store.get().settings;
      const [current, others] = [
        models.filter((each) => addressOf(each) === model),
        models.filter((each) => addressOf(each) !== model),
      ];
      setChildren(offered, current.map(offer));
      setChildren(more, others.map(offer));
      rest.hidden = others.length === 0;
    },
    () => {},
  );
  return h('div', null, offered, rest, storedTitle, stored);
}
