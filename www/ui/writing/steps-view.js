// The steps in which a draft is written: watched, stopped, changed in between, and gone on with.
import { Writing } from '../../agent/writing/writing.js';
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { addVersion } from './versions.js';

/** @param {import('./desk.js').Desk} desk @returns {import('./desk.js').DeskView} */
export function stepsView(desk) {
  const { ui, words, message } = desk;
  const { w } = words;
  const { app, i18n } = ui;
  const state = h('p', { class: 'note', role: 'status' });
  const go = h(
    'button',
    { type: 'button', class: 'primary', onclick: () => void app.answers.carryOn(message) },
    w('goOn'),
  );
  const stop = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => app.answers.stop() },
    i18n.t('stop'),
  );
  const enough = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      onclick() {
        const draft = desk.draft();
        const { waits: _, now: __, ...rest } = draft;
        desk.keep({ ...addVersion({ ...rest, text: '' }, draft.text, 'written'), done: true });
        desk.go('text');
      },
    },
    w('takeAsIs'),
  );
  const list = h('ol', { class: 'steps' });
  const root = h('div', { class: 'desk-steps' }, state, h('div', { class: 'row' }, go, stop, enough), list);
  /** @type {Map<string, {row: HTMLElement, field: HTMLTextAreaElement, by: HTMLElement, title: HTMLElement}>} */
  const rows = new Map();

  /** @param {string} key */
  function rowOf(key) {
    let row = rows.get(key);
    if (row) return row;
    const title = h('span', { class: 'name', dir: 'auto' });
    const by = h('span', { class: 'note' });
    const field = h('textarea', { rows: 2, dir: 'auto' });
    field.addEventListener('change', () => {
      const form = desk.form();
      const draft = desk.draft();
      if (!form || draft.done || desk.busy()) return;
      const writing = new Writing({ template: form.template, values: form.values, state: draft.state });
      writing.edit(key, field.value);
      desk.keep({ ...draft, state: writing.state, steps: writing.steps(), text: writing.text() });
    });
    row = { row: h('li', null, h('div', { class: 'row' }, title, by), field), field, by, title };
    rows.set(key, row);
    return row;
  }

  return {
    root,
    update() {
      const { steps, now, done, waits } = desk.draft();
      const busy = desk.busy();
      const filled = steps.filter(({ by }) => by).length;
      const waiting = steps.find(({ key }) => key === waits)?.label ?? '';
      setText(
        state,
        done
          ? w('allDone')
          : waits && !busy
            ? w('waitsFor', { step: waiting })
            : w('stepsDone', { done: filled, total: steps.length }),
      );
      go.hidden = done || busy;
      stop.hidden = !busy;
      enough.hidden = done || busy || filled === 0;
      setChildren(
        list,
        steps.map(({ key, label, n, text, by }) => {
          const { row, field, by: badge, title } = rowOf(key);
          const writes = busy && now?.key === key && !by;
          const name = n > 0 ? `${label} ${n}` : label;
          setText(title, name);
          setProps(field, {
            'aria-label': name,
            readonly: done || busy || !by,
            rows: Math.min(6, Math.max(1, text.split('\n').length)),
          });
          const wanted = writes ? now.text : text;
          if (field.value !== wanted && document.activeElement !== field) field.value = wanted;
          setText(badge, writes ? w('writesNow') : by ? w(`step_${by}`) : w('step_open'));
          row.classList.toggle('open', !by);
          return row;
        }),
      );
    },
  };
}
