// The fields of an operation as controls: each has a label and gives a value.
import { h } from '../lib/dom.js';
import { TESTS } from './operations.js';

/**
 * @typedef {import('./operations.js').Field} Field
 * @typedef {import('./words.js').TableWords} W
 * @typedef {import('./words.js').Key} Key
 * @typedef {import('../../agent/tables/book.js').Column} Column
 * @typedef {{columns: readonly Column[], sheets: readonly string[], w: W, changed: () => void}} Surroundings
 * @typedef {{root: HTMLElement, value: () => unknown}} Control
 */

const NUMERIC = new Set(['number', 'mixed', 'date', 'duration', 'time']);

/** @param {Array<[value: string, label: string]>} options @param {string} value @param {string} label @param {() => void} changed */
function choose(options, value, label, changed) {
  const control = h(
    'select',
    { 'aria-label': label },
    ...options.map(([each, name]) => h('option', { value: each }, name)),
  );
  if (options.some(([each]) => each === value)) control.value = value;
  control.addEventListener('change', changed);
  return control;
}

/** @param {readonly Column[]} columns @returns {Array<[string, string]>} */
const named = (columns) => columns.map(({ name }) => [name, name]);

/** @param {string} type @param {unknown} value @param {string} label @param {() => void} changed */
function input(type, value, label, changed) {
  const control = h('input', { type, 'aria-label': label, dir: 'auto', autocomplete: 'off' });
  control.value = value === undefined || value === null ? '' : String(value);
  control.addEventListener('input', changed);
  return control;
}

/** A number where the text is one: plans compare numbers as numbers. @param {string} text */
const asTyped = (text) => (/^-?\d{1,15}(\.\d+)?$/.test(text.trim()) ? Number(text) : text);

/** Conditions, one a line. @param {any} initial @param {Surroundings} around @returns {Control} */
function conditions(initial, { columns, w, changed }) {
  const list = h('div', { class: 'conditions' });
  /** @type {Array<{root: HTMLElement, value: () => object}>} */
  const lines = [];
  /** @param {{column?: string, is?: string, value?: unknown}} from */
  function add(from) {
    const column = choose(named(columns), from.column ?? '', w('field_column'), changed);
    const is = choose(
      TESTS.map((test) => [test, w(/** @type {Key} */ (`test_${test}`))]),
      from.is ?? 'equal',
      w('condition'),
      () => {
        value.hidden = /empty$/.test(is.value);
        changed();
      },
    );
    const value = input('text', from.value, w('field_value'), changed);
    value.hidden = /empty$/.test(is.value);
    const remove = h('button', { type: 'button', class: 'quiet', 'aria-label': w('conditionRemove') }, '×');
    const root = h('div', { class: 'condition' }, column, is, value, remove);
    const line = {
      root,
      value: () => ({
        column: column.value,
        is: is.value,
        ...(value.hidden ? {} : { value: asTyped(value.value) }),
      }),
    };
    remove.addEventListener('click', () => {
      if (lines.length === 1) return;
      lines.splice(lines.indexOf(line), 1);
      root.remove();
      changed();
    });
    lines.push(line);
    list.append(root);
  }
  for (const each of initial?.length ? initial : [{ column: columns[0]?.name }]) add(each);
  const more = () => {
    add({});
    changed();
  };
  const button = h('button', { type: 'button', class: 'quiet', onclick: more }, w('conditionAdd'));
  return { root: h('div', null, list, button), value: () => lines.map((line) => line.value()) };
}

/** Any number of columns. @param {readonly string[]} initial @param {Surroundings} around @param {string} label @returns {Control} */
function several(initial, { columns, changed }, label) {
  const boxes = columns.map(({ name }) => {
    const box = h('input', { type: 'checkbox', value: name });
    box.checked = initial.includes(name);
    box.addEventListener('change', changed);
    return box;
  });
  const lines = boxes.map((box) => h('label', { dir: 'auto' }, box, ' ', box.value));
  return {
    root: h('div', { class: 'several', role: 'group', 'aria-label': label, tabindex: 0 }, ...lines),
    value: () => boxes.filter(({ checked }) => checked).map(({ value }) => value),
  };
}

/** What empty cells get. @param {any} initial @param {Surroundings} around @param {string} label @returns {Control} */
function filling(initial, { w, changed }, label) {
  const kinds = ['previous', 'next', 'mean', 'value'];
  const kind = choose(
    kinds.map((each) => [each, w(/** @type {Key} */ (`fill_${each}`))]),
    typeof initial === 'string' ? initial : initial ? 'value' : 'previous',
    label,
    () => {
      value.hidden = kind.value !== 'value';
      changed();
    },
  );
  const value = input('text', initial?.value ?? '', w('field_value'), changed);
  value.hidden = kind.value !== 'value';
  return {
    root: h('div', { class: 'condition' }, kind, value),
    value: () => (kind.value === 'value' ? { value: asTyped(value.value) } : kind.value),
  };
}

/**
 * @param {Field} field @param {any} given what it holds at first @param {Surroundings} around @returns {Control}
 */
export function controlOf(field, given, around) {
  const { columns, sheets, w, changed } = around;
  const { name, kind } = field;
  const label = w(/** @type {Key} */ (`field_${name}`));
  const initial = given ?? field.initial;
  switch (kind) {
    case 'column':
    case 'numeric':
    case 'sheet': {
      const wanted = kind === 'numeric' ? columns.filter((column) => NUMERIC.has(column.kind)) : columns;
      /** @type {Array<[string, string]>} */
      const options = kind === 'sheet' ? sheets.map((each) => [each, each]) : named(wanted);
      if ('optional' in field && field.optional) options.unshift(['', w('rowsThemselves')]);
      const control = choose(
        options,
        initial ?? options[kind === 'numeric' ? 1 : 0]?.[0] ?? '',
        label,
        changed,
      );
      return { root: control, value: () => control.value };
    }
    case 'choice': {
      const options = /** @type {{of: readonly string[]}} */ (field).of.map(
        (each) => /** @type {[string, string]} */ ([each, w(/** @type {Key} */ (`${name}_${each}`))]),
      );
      const control = choose(options, initial ?? options[0][0], label, changed);
      return { root: control, value: () => control.value };
    }
    case 'columns':
      return several(Array.isArray(initial) ? initial : [], around, label);
    case 'conditions':
      return conditions(initial, around);
    case 'filling':
      return filling(initial, around, label);
    case 'flag': {
      const control = h('input', { type: 'checkbox', 'aria-label': label });
      control.checked = initial === true;
      control.addEventListener('change', changed);
      return { root: control, value: () => control.checked };
    }
    case 'count': {
      const control = input('number', initial ?? 1, label, changed);
      control.min = '1';
      return { root: control, value: () => Math.max(0, Math.round(Number(control.value) || 0)) };
    }
    case 'names': {
      const control = input('text', Array.isArray(initial) ? initial.join(', ') : '', label, changed);
      const names = () => control.value.split(/[,，、]/).map((each) => each.trim());
      return { root: control, value: () => names().filter(Boolean) };
    }
    default: {
      const control = input('text', initial, label, changed);
      return { root: control, value: () => control.value };
    }
  }
}
