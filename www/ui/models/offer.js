// What a first visitor is offered in place of the default model: one that speaks their language and suits the device, with
// the reason in plain words. Loaded with the welcome.
import { loadCatalog, sourceOf } from '../../weights/sources/catalog.js';
import { recommend } from '../../weights/manage/recommend.js';
import { thisDevice } from '../../weights/manage/fit.js';
import { DEFAULT_MODEL } from '../../app/settings.js';
import { askToPersist } from '../../weights/store/quota.js';
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/**
 * @param {import('../lib/view.js').Ui} ui
 * @returns {Promise<{root: HTMLElement, speaks: boolean} | undefined>} undefined: the default is as good
 */
export async function createOffer(ui) {
  const { app, i18n } = ui;
  const { t, bytes } = i18n;
  const catalog = await loadCatalog(new URL('catalog.json', app.base));
  const { connection, hardwareConcurrency: cores } =
    /** @type {Navigator & {connection?: {saveData?: boolean, type?: string}}} */ (navigator);
  const metered = connection?.saveData === true || connection?.type === 'cellular';
  const found = recommend(catalog, { language: i18n.language, device: thisDevice(), cores, metered });
  if (!found || found.entry.default) return undefined;
  const { entry, speaks, wordsPerSecond } = found;
  // Where the default speaks the language, it starts at once, and the better one is there for those who want it.
  const foreign = speaks && i18n.language !== DEFAULT_MODEL.language;
  const size = bytes(entry.size ?? entry.approx_mb * 1e6);
  const language = new Intl.DisplayNames([i18n.language], { type: 'language' }).of(i18n.language) ?? '';
  const values = { name: entry.name, size, language, n: Math.round(wordsPerSecond) };
  const get = () => {
    void askToPersist();
    const source = sourceOf(entry, app.base);
    void app.model.choose('hub' in source ? `hub:${source.hub}` : source.url, source);
    ui.focusInput();
  };
  const button = h(
    'button',
    { type: 'button', class: foreign ? 'primary' : 'quiet', onclick: get },
    icon('download'),
    t('offerGet', values),
  );
  // The small one answers at once, and this one when it is here.
  const both = h('button', { type: 'button', class: 'quiet', onclick: startBoth }, icon('download'));
  both.append(t('offerBoth', values));
  function startBoth() {
    void askToPersist();
    app.model.agree(true);
    app.change({ better: entry.id });
    void app.model.load().then(async () => (await app.better()).resume());
    ui.focusInput();
  }
  return {
    speaks: foreign,
    root: h(
      'div',
      { class: 'better' },
      h('p', null, t(foreign ? 'offerSpeaks' : 'offerBetter', values)),
      button,
      both,
    ),
  };
}
