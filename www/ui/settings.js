// The settings panel: every choice with a sentence on what it does. Changes apply at once, a model when it is loaded.
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { createModels } from './models.js';
import { PERSONAS } from './personas.js';
import { createPrivacy } from './privacy.js';
import { createRemote } from './remote.js';
import { createTransfer } from './transfer.js';
import { DEFAULTS } from '../state/settings.js';

/**
 * @typedef {import('./i18n.js').Key} Key
 * @typedef {import('../state/settings.js').Settings} Settings
 * @typedef {{[K in keyof Settings]: Settings[K] extends number ? K : never}[keyof Settings]} NumberName
 */

let nextId = 1;

/** @param {import('./i18n.js').Translate} t @param {Key} label @param {HTMLElement} control @param {Key | ''} [help] @param {Node} [shown] what stands in the control's place */
function row(t, label, control, help = '', shown = control) {
  const id = `loquat-setting-${nextId++}`;
  control.id = id;
  if (help) control.setAttribute('aria-describedby', `${id}-help`);
  return h(
    'div',
    { class: 'setting' },
    h('label', { for: id }, t(label)),
    shown,
    help ? h('p', { class: 'help', id: `${id}-help` }, t(help)) : null,
  );
}

/** @param {string} value @param {Array<[value: string, label: string]>} options @param {(value: string) => void} onchange */
function select(value, options, onchange) {
  const control = h('select', null, ...options.map(([each, label]) => h('option', { value: each }, label)));
  control.value = value;
  control.addEventListener('change', () => onchange(control.value));
  return control;
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
    const control = h('input', { type: 'number', min: 0, max, step: 1, inputmode: 'numeric' });
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
    const reason = info
      ? t('backendReason', {
          backend: info.backend,
          variant: info.variant,
          threads: info.threads,
          reason: info.reason,
        })
      : '';
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
      reason ? h('p', { class: 'note' }, reason) : null,
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

  function personaGroup() {
    const system = h('textarea', { rows: 3 });
    system.value = settings.system;
    system.addEventListener('change', () => set({ system: system.value.trim() }));
    const personas = PERSONAS.map(
      ({ id, icon: face, name }) => /** @type {[string, string]} */ ([id, `${face} ${t(name)}`]),
    );
    const persona = select(settings.persona, [['', t('personaNone')], ...personas], (id) => {
      const chosen = PERSONAS.find((each) => each.id === id);
      system.value = chosen ? t(chosen.prompt) : DEFAULTS.system;
      set({ persona: id, system: system.value });
    });
    return h(
      'fieldset',
      null,
      h('legend', null, t('persona')),
      row(t, 'persona', persona),
      row(t, 'system', system, 'systemHelp'),
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
      row(t, 'confidence', confidence),
    );
  }

  return h(
    'div',
    { class: 'settings' },
    modelGroup(),
    createRemote(ui, (label, control, help) => row(t, label, control, help)),
    personaGroup(),
    samplingGroup(),
    lookGroup(),
    h('fieldset', null, h('legend', null, t('conversations')), createTransfer(ui)),
    createPrivacy(ui),
  );
}
