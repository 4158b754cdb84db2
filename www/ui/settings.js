// The settings panel: every choice with a sentence on what it does. Changes apply at once, a model when it is loaded.
import { h, setText } from './dom.js';
import { row, select } from './fields.js';
import { icon } from './icons.js';
import { createModels } from './models.js';
import { createPersonaSettings } from './persona-settings.js';
import { createPrivacy } from './privacy.js';
import { createRemote } from './remote.js';
import { createTransfer } from './transfer.js';
import { DEFAULTS } from '../state/settings.js';

/**
 * @typedef {import('./i18n.js').Key} Key
 * @typedef {import('../state/settings.js').Settings} Settings
 * @typedef {{[K in keyof Settings]: Settings[K] extends number ? K : never}[keyof Settings]} NumberName
 */

/** @param {import('./i18n.js').I18n} i18n @param {import('../engine/protocol.js').EngineInfo} info */
async function explainBackend({ t, language }, { backend, variant, threads, reason }) {
  // The library lists every kind of adapter that it did not look for.
  const plain = reason
    .replace('gpu backend: ', '')
    .replace(/no adapter: .*/, 'this browser offers no graphics card');
  const said = language === 'zh' ? (await import('./reason-zh.js')).reasonInChinese(plain) : plain;
  return t('backendReason', { backend, variant, threads, reason: said });
}

/** @param {import('./context.js').Ui} ui */
export function createSettings(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const { settings, model } = app.store.get();
  const set = app.change;

  /** @param {NumberName} name @param {number} max @param {number} step @param {Key} label @param {Key} help */
  function range(name, max, step, label, help) {
    const digits = step < 1 ? 2 : 0;
    const output = h('output', null, i18n.number(settings[name], digits));
    const control = h('input', { type: 'range', min: name === 'repetitionPenalty' ? 1 : 0, max, step });
    control.value = String(settings[name]);
    control.addEventListener('input', () => {
      setText(output, i18n.number(Number(control.value), digits));
      set({ [name]: Number(control.value) });
    });
    return row(t, label, control, help, h('div', { class: 'range' }, control, output));
  }

  /** @param {NumberName} name @param {number} max @param {Key} label @param {Key} help */
  function amount(name, max, label, help) {
    const min = name === 'maxTokens' ? 1 : 0;
    const control = h('input', { type: 'number', min, max, step: 1, inputmode: 'numeric' });
    control.value = String(settings[name]);
    control.addEventListener('change', () => {
      if (control.validity.valid && control.value !== '') set({ [name]: Number(control.value) });
      else control.value = String(app.store.get().settings[name]);
    });
    return row(t, label, control, help);
  }

  function modelGroup() {
    const address = h('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', dir: 'ltr' });
    address.value = settings.model;
    const file = h('input', {
      type: 'file',
      accept: '.gguf',
      multiple: true,
      class: 'visually-hidden',
      tabindex: -1,
      'aria-label': t('openFile'),
    });
    file.addEventListener('change', () => {
      if (!file.files?.length) return;
      ui.showPanel(null);
      void app.model.loadSource({ file: [...file.files] });
    });
    /** @param {string} chosen */
    const choose = (chosen) => {
      set({ model: chosen || DEFAULTS.model, agreed: true });
      ui.showPanel(null);
      void app.model.load();
    };
    const load = () => choose(address.value.trim());
    const { info } = model;
    const reason = h('p', { class: 'note', hidden: !info });
    if (info) void explainBackend(i18n, info).then((text) => setText(reason, text));
    const backend = select(
      settings.backend,
      [
        ['auto', t('backendAuto')],
        ['cpu', t('backendCpu')],
        ['gpu', t('backendGpu')],
        ['scalar', t('backendScalar')],
      ],
      (value) => set({ backend: /** @type {Settings['backend']} */ (value) }),
    );
    return h(
      'fieldset',
      null,
      h('legend', null, t('model')),
      createModels(ui, choose),
      row(t, 'modelAddress', address, 'modelHelp'),
      row(t, 'backend', backend),
      reason,
      amount('contextLength', 131_072, 'contextLength', 'contextHelp'),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', class: 'primary', onclick: load }, t('applyModel')),
        h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => file.click() },
          icon('upload'),
          t('openFile'),
        ),
        h('button', { type: 'button', class: 'quiet', onclick: () => ui.showPanel('models') }, t('models')),
        file,
      ),
    );
  }

  function samplingGroup() {
    const reset = () => {
      const { temperature, topK, topP, minP, repetitionPenalty, maxTokens } = DEFAULTS;
      set({ temperature, topK, topP, minP, repetitionPenalty, maxTokens });
      ui.showPanel('settings');
    };
    return h(
      'fieldset',
      null,
      h('legend', null, t('sampling')),
      range('temperature', 2, 0.05, 'temperature', 'temperatureHelp'),
      range('topP', 1, 0.01, 'topP', 'topPHelp'),
      range('minP', 1, 0.01, 'minP', 'minPHelp'),
      amount('topK', 1000, 'topK', 'topKHelp'),
      range('repetitionPenalty', 2, 0.01, 'repetition', 'repetitionHelp'),
      amount('maxTokens', 131_072, 'maxTokens', 'maxTokensHelp'),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', class: 'quiet', onclick: reset }, t('resetSampling')),
      ),
    );
  }

  function lookGroup() {
    const confidence = h('input', { type: 'checkbox' });
    confidence.checked = settings.confidence;
    confidence.addEventListener('change', () => set({ confidence: confidence.checked }));
    /** @type {Array<[string, string]>} */
    const themes = [
      ['auto', t('themeAuto')],
      ['light', t('themeLight')],
      ['dark', t('themeDark')],
    ];
    /** @type {Array<[string, string]>} */
    const sizes = [
      ['small', t('sizeSmall')],
      ['normal', t('sizeNormal')],
      ['large', t('sizeLarge')],
    ];
    /** @type {Array<[string, string]>} */
    const languages = [
      ['auto', t('languageAuto')],
      ['en', 'English'],
      ['zh', '中文'],
    ];
    return h(
      'fieldset',
      null,
      h('legend', null, t('appearance')),
      row(
        t,
        'theme',
        select(settings.theme, themes, (v) => set({ theme: /** @type {Settings['theme']} */ (v) })),
      ),
      row(
        t,
        'textSize',
        select(settings.textSize, sizes, (v) => set({ textSize: /** @type {Settings['textSize']} */ (v) })),
      ),
      row(
        t,
        'language',
        select(settings.language, languages, (v) =>
          set({ language: /** @type {Settings['language']} */ (v) }),
        ),
      ),
      row(t, 'confidence', confidence, 'confidenceHelp'),
    );
  }

  return h(
    'div',
    { class: 'settings' },
    modelGroup(),
    createPersonaSettings(ui),
    samplingGroup(),
    lookGroup(),
    h('fieldset', null, h('legend', null, t('conversations')), createTransfer(ui)),
    createRemote(ui, (label, control, help) => row(t, label, control, help)),
    createPrivacy(ui),
  );
}
