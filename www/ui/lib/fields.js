// The fields that panels are made of: each with its label, and tied to it for screen readers.
import { h } from './dom.js';

let nextId = 1;

/** @typedef {import('./i18n.js').I18nWith<'panels'>['t']} Translate */
/** @typedef {Parameters<Translate>[0]} Key */

/** A label, its control and a sentence on it. @param {Translate} t @param {Key} label @param {HTMLElement} control @param {Key | ''} [help] @param {Node} [shown] what stands in the control's place */
export function row(t, label, control, help = '', shown = control) {
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

/** A list to choose from. @param {string} value @param {Array<[value: string, label: string]>} options @param {(value: string) => void} onchange */
export function select(value, options, onchange) {
  const control = h('select', null, ...options.map(([each, label]) => h('option', { value: each }, label)));
  control.value = value;
  control.addEventListener('change', () => onchange(control.value));
  return control;
}
