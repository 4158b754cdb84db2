// The part of the settings that has a server answer. Off until a person has read what it means and pressed the button.
import { h, setText } from '../lib/dom.js';

/** @typedef {import('../lib/fields.js').Key} Key */

/** @param {string} text @param {string} base @returns {string} the address, or nothing */
function addressIn(text, base) {
  try {
    const { href, protocol } = new URL(text, base);
    return text && /^https?:$/.test(protocol) ? href : '';
  } catch {
    return '';
  }
}

/**
 * @param {import('../lib/view.js').PanelUi} ui
 * @param {(label: Key, control: HTMLElement, help: Key) => HTMLElement} row
 */
export function createRemote({ app, i18n: { t }, showPanel }, row) {
  const { settings } = app.store.get();
  /** @param {'remoteUrl' | 'remoteModel' | 'remoteKey'} name @param {'text' | 'password'} type */
  const input = (name, type) => {
    const control = h('input', { type, spellcheck: 'false', autocomplete: 'off', dir: 'ltr' });
    control.value = settings[name];
    return control;
  };
  const url = input('remoteUrl', 'text');
  const model = input('remoteModel', 'text');
  const key = input('remoteKey', 'password');
  const wrong = h('p', { class: 'wrong', role: 'alert' });

  const turnOn = () => {
    const remoteUrl = addressIn(url.value.trim(), app.base);
    if (!remoteUrl) {
      setText(wrong, t('remoteUrlWrong'));
      return url.focus();
    }
    showPanel(null);
    void app.model.useRemote({ remoteUrl, remoteModel: model.value.trim(), remoteKey: key.value });
  };
  const turnOff = () => {
    showPanel(null);
    void app.model.useRemote(undefined);
  };
  const off = h('button', { type: 'button', class: 'primary', onclick: turnOff }, t('remoteOff'));
  return h(
    'fieldset',
    { class: 'remote' },
    h('legend', null, t('remote')),
    h('p', { class: 'warning' }, t('remoteHelp')),
    row('remoteUrl', url, 'remoteUrlHelp'),
    wrong,
    row('remoteModel', model, 'remoteModelHelp'),
    row('remoteKey', key, 'remoteKeyHelp'),
    h(
      'div',
      { class: 'row' },
      settings.remote ? off : null,
      h(
        'button',
        { type: 'button', class: settings.remote ? 'quiet' : 'primary', onclick: turnOn },
        t('remoteOn'),
      ),
    ),
  );
}
