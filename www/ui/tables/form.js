// One step by hand: its fields, what it would do (in words, with rows before and after), and the buttons that do it or not.
import { h, setChildren, setText } from '../lib/dom.js';
import { controlOf } from './fields.js';
import { operationOf } from './operations.js';
import { inElements, planWords, problemWords } from './words.js';

/**
 * @typedef {import('../../protocol/parts.js').TableStep} TableStep
 * @typedef {import('../../agent/tables/book.js').Preview} Preview
 * @typedef {object} FormOptions
 * @property {string} op
 * @property {Record<string, any>} [from] what the fields hold at first, as the step has it
 * @property {Omit<import('./fields.js').Surroundings, 'changed'>} around
 * @property {import('../lib/i18n.js').I18n} i18n
 * @property {(step: TableStep) => Promise<{preview: Preview, at: number}>} preview the plan with this step, and its place
 * @property {(step: TableStep) => Promise<void>} apply
 * @property {() => void} cancel
 */

const WAIT = 250; // ms without a change before it is tried

let forms = 0;

/** @param {FormOptions} options */
export function createForm({ op, from = {}, around, i18n, preview, apply, cancel }) {
  const { w } = around;
  const operation = operationOf(op);
  if (!operation) throw new Error(`There is no operation ${op}.`);
  const given = operation.values?.(from) ?? from;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), WAIT);
  };
  const id = `loquat-step-${(forms += 1)}`;
  const controls = operation.fields.map((field) => ({
    field,
    control: controlOf(field, given[field.name], { ...around, changed }),
  }));
  const rows = controls.map(({ field, control }) =>
    h(
      'div',
      { class: `field ${field.kind}` },
      h('span', null, w(/** @type {import('./words.js').Key} */ (`field_${field.name}`))),
      control.root,
    ),
  );
  const said = h('p', { class: 'said', role: 'status', id });
  const go = h('button', { type: 'submit', class: 'primary' }, w('apply'));
  const root = h(
    'form',
    { class: 'step-form', 'aria-describedby': id },
    h('h3', null, w(/** @type {import('./words.js').Key} */ (`op_${op}`))),
    op === 'derive' ? h('p', { class: 'note' }, w('expressionHelp')) : null,
    h('div', { class: 'step-fields' }, ...rows),
    said,
    h(
      'div',
      { class: 'row' },
      go,
      h('button', { type: 'button', class: 'quiet', onclick: cancel }, w('cancel')),
    ),
  );

  /** @returns {TableStep} */
  function step() {
    const values = Object.fromEntries(controls.map(({ field, control }) => [field.name, control.value()]));
    return { op, ...(operation?.step?.(values) ?? values) };
  }

  async function look() {
    const wanted = step();
    try {
      const { preview: shown, at } = await preview(wanted);
      const words = planWords(shown.words, i18n.language)[at] ?? '';
      const { before = 0, after = 0 } = shown.step_rows[at] ?? {};
      setChildren(said, [
        ...inElements(words),
        document.createTextNode(`. ${w('rowsTo', { before, after })}`),
      ]);
      root.classList.remove('wrong');
      go.disabled = false;
    } catch (error) {
      setText(said, problemWords(w, error));
      root.classList.add('wrong');
      go.disabled = true;
    }
  }
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void apply(step()).catch((error) => setText(said, problemWords(w, error)));
  });
  void look();
  return {
    root,
    focus: () =>
      /** @type {HTMLElement | null} */ (
        root.querySelector('select, input:not([type=checkbox]), button')
      )?.focus(),
  };
}
