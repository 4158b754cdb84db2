// The settings panel: every choice with a sentence on what it does. Changes apply at once, a model when it is loaded.
import { h, setText } from '../lib/dom.js';
import { row, select } from '../lib/fields.js';
import { icon } from '../lib/icons.js';
import { createModels } from '../models/model-list.js';
import { createMemory } from './memory.js';
import { createErase, createPassphrase } from './protection.js';
import { createPersonaSettings } from './persona-settings.js';
import { createPrivacy } from './privacy.js';
import { createRemote } from './server.js';
import { createTransfer } from './backup-buttons.js';
import { DEFAULTS } from '../../app/settings.js';
import { LANGUAGES } from '../../locales/tables.js';
import { languageName } from '../lib/i18n.js';
import { explainBackend } from './backend-words.js';
import { plainWords } from './plain-words.js';

/**
 * @typedef {import('../lib/fields.js').Key} Key
 * @typedef {import('../../app/settings.js').Settings} Settings
 * @typedef {{[K in keyof Settings]: Settings[K] extends number ? K : never}[keyof Settings]} NumberName
 */

/** @param {import('../lib/view.js').PanelUi} ui */
export function createSettings(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const { model } = app.store.get();
  const settings = app.settings(); // of the open conversation
  const set = app.change;

  /** A number and what it means. @param {NumberName} name @param {number} value @param {number} digits */
  const say = (name, value, digits) =>
    [i18n.number(value, digits), plainWords(i18n, name, value)].filter(Boolean).join(' · ');

  /** @param {NumberName} name @param {number} max @param {number} step @param {Key} label @param {Key} help */
  function range(name, max, step, label, help) {
    const digits = step < 1 ? 2 : 0;
    const output = h('output', null, say(name, settings[name], digits));
    const control = h('input', { type: 'range', min: name === 'repetitionPenalty' ? 1 : 0, max, step });
    control.value = String(settings[name]);
    control.addEventListener('input', () => {
      setText(output, say(name, Number(control.value), digits));
      set({ [name]: Number(control.value) });
    });
    return row(t, label, control, help, h('div', { class: 'range' }, control, output));
  }

  /** @param {NumberName} name @param {number} max @param {Key} label @param {Key} help */
  function amount(name, max, label, help) {
    const min = name === 'maxTokens' ? 1 : 0;
    const control = h('input', { type: 'number', min, max, step: 1, inputmode: 'numeric' });
    control.value = String(settings[name]);
    const meaning = h('output', null, plainWords(i18n, name, settings[name]));
    control.addEventListener('change', () => {
      if (control.validity.valid && control.value !== '') set({ [name]: Number(control.value) });
      else control.value = String(app.settings()[name]);
      setText(meaning, plainWords(i18n, name, Number(control.value)));
    });
    return row(t, label, control, help, h('div', { class: 'range' }, control, meaning));
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
      const chosen = [...file.files];
      void app.files().then((to) => to.openModel(chosen), app.report);
    });
    /** @param {string} chosen */
    const choose = (chosen) => {
      ui.showPanel(null);
      void app.model.choose(chosen || DEFAULTS.model);
    };
    const load = () => choose(address.value.trim());
    return h(
      'fieldset',
      { class: 'model-choice' },
      h('legend', null, t('model')),
      createModels(ui, choose),
      row(t, 'modelAddress', address, 'modelHelp'),
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

  function answerGroup() {
    return h(
      'fieldset',
      { class: 'answers' },
      h('legend', null, t('sampling')),
      h('p', { class: 'note' }, t('ownHelp')),
      range('temperature', 2, 0.05, 'temperature', 'temperatureHelp'),
      amount('maxTokens', 131_072, 'maxTokens', 'maxTokensHelp'),
      row(t, 'confidence', confidence(), 'confidenceHelp'),
    );
  }

  function confidence() {
    const control = h('input', { type: 'checkbox' });
    control.checked = settings.confidence;
    control.addEventListener('change', () => set({ confidence: control.checked }));
    return control;
  }

  /** What few people need. */
  function advanced() {
    const { info } = model;
    const reason = h('p', { class: 'note', hidden: !info });
    if (info)
      void explainBackend(i18n, info).then(
        (text) => setText(reason, text),
        () => {},
      );
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
    const reset = () => {
      const { temperature, topK, topP, minP, repetitionPenalty, maxTokens } = DEFAULTS;
      set({ temperature, topK, topP, minP, repetitionPenalty, maxTokens });
      ui.showPanel('settings');
    };
    return h(
      'details',
      { class: 'advanced' },
      h('summary', null, t('advanced')),
      h(
        'fieldset',
        null,
        row(t, 'backend', backend),
        reason,
        amount('contextLength', 131_072, 'contextLength', 'contextHelp'),
        range('topP', 1, 0.01, 'topP', 'topPHelp'),
        range('minP', 1, 0.01, 'minP', 'minPHelp'),
        amount('topK', 1000, 'topK', 'topKHelp'),
        range('repetitionPenalty', 2, 0.01, 'repetition', 'repetitionHelp'),
        h(
          'div',
          { class: 'row' },
          h('button', { type: 'button', class: 'quiet', onclick: reset }, t('resetSampling')),
        ),
      ),
      createRemote(ui, (label, control, help) => row(t, label, control, help)),
    );
  }

  function lookGroup() {
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
      ...LANGUAGES.map((each) => /** @type {[string, string]} */ ([each, languageName(each)])),
    ];
    return h(
      'fieldset',
      { class: 'look' },
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
        select(settings.language, languages, (v) => set({ language: v })),
      ),
    );
  }

  function feedbackGroup() {
    const place = h('div', null);
    import('./feedback-export.js')
      .then(({ createFeedbackExport }) => createFeedbackExport(ui))
      .then(
        (made) => place.replaceWith(made),
        () => {},
      );
    return place;
  }

  /** The ways to the parts, in their order. @param {readonly HTMLElement[]} groups */
  function ways(groups) {
    const way = (/** @type {HTMLElement} */ group) => {
      const name = group.querySelector('legend, summary')?.textContent ?? '';
      const go = () => {
        if (group instanceof HTMLDetailsElement) group.open = true;
        group.scrollIntoView();
        /** @type {HTMLElement | null} */ (group.querySelector('input, select, textarea, button'))?.focus({
          preventScroll: true,
        });
      };
      return h('button', { type: 'button', class: 'quiet', onclick: go }, name);
    };
    return h('nav', { class: 'row ways', 'aria-label': t('settingsParts') }, ...groups.map(way));
  }

  const groups = [
    lookGroup(),
    modelGroup(),
    createPersonaSettings(ui),
    createMemory(ui),
    answerGroup(),
    h('fieldset', { class: 'exchange' }, h('legend', null, t('conversations')), createTransfer(ui)),
    createPrivacy(ui),
    createPassphrase(ui),
    createErase(ui),
    advanced(),
  ];
  return h('div', { class: 'settings' }, ways(groups), ...groups, feedbackGroup());
}
