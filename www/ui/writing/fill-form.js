// A template's fields as a small form. What was filled in is there again when the form is opened again.
import { partText } from '../../agent/part-texts.js';
import { missingFields } from '../../agent/writing/form.js';
import { h, setText } from '../lib/dom.js';

/** What was filled in and not sent, by template, as long as the page is open. @type {Map<string, Record<string, string>>} */
const kept = new Map();
let nextId = 1;

/** Rows of a field by its kind. */
const ROWS = { text: 4, long: 8, list: 4, table: 4 };

/**
 * @param {import('../lib/view.js').Ui} ui @param {Awaited<ReturnType<typeof import('../lib/writing-words.js').writingWords>>} words
 * @param {import('../lib/view.js').FormToFill} what @param {() => void} close
 */
export function createFillForm(
  { app, focusInput, i18n },
  { w },
  { template, values: given = {}, instead },
  close,
) {
  const before = instead ? given : { ...kept.get(template.id), ...given };
  /** @type {Map<string, HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>} */
  const controls = new Map();
  const wrong = h('p', { class: 'wrong', role: 'alert' });

  /** @param {import('../../agent/writing/template.js').Field} field */
  function control(field) {
    const { id, kind, options = [], example = '', required } = field;
    const value = before[id] ?? field.default ?? '';
    const props = { id: `loquat-field-${nextId++}`, 'aria-required': required ? 'true' : null };
    /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */
    let made;
    if (kind === 'choice')
      made = h('select', props, ...options.map((option) => h('option', { value: option }, option)));
    else if (kind in ROWS)
      made = h('textarea', {
        ...props,
        rows: ROWS[/** @type {keyof typeof ROWS} */ (kind)],
        dir: 'auto',
        placeholder: example,
      });
    else
      made = h('input', {
        ...props,
        type: 'text',
        dir: 'auto',
        placeholder: example,
        ...(kind === 'number' ? { inputmode: 'numeric' } : {}),
      });
    made.value = value;
    made.addEventListener('input', () => kept.set(template.id, values()));
    controls.set(id, made);
    return made;
  }

  const values = () => Object.fromEntries([...controls].map(([id, { value }]) => [id, value.trim()]));

  const rows = template.fields.map((field) => {
    const made = control(field);
    const help = field.hint ? h('p', { class: 'help', id: `${made.id}-help` }, field.hint) : null;
    if (help) made.setAttribute('aria-describedby', help.id);
    return h(
      'div',
      { class: 'field-row' },
      h(
        'label',
        { for: made.id, dir: 'auto' },
        field.label,
        field.required ? h('span', { class: 'needed' }, ` · ${w('needed')}`) : null,
      ),
      help,
      made,
    );
  });
  const pause = h('input', { type: 'checkbox', checked: true });
  const examples = template.fields.some(({ example }) => example);

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const filled = values();
    const missing = missingFields(template, filled);
    setText(
      wrong,
      missing.length > 0
        ? w('fieldsMissing', { fields: missing.join(/^(zh|ja)/.test(i18n.language) ? '、' : ', ') })
        : '',
    );
    if (missing.length > 0) {
      const first = template.fields.find(({ id, required }) => required && !filled[id]);
      controls.get(first?.id ?? '')?.focus();
      return;
    }
    kept.delete(template.id);
    close();
    focusInput();
    const part = {
      type: /** @type {const} */ ('form'),
      template,
      values: filled,
      ...(template.pause && pause.checked ? { pause: true } : {}),
    };
    void app.answers.fill(part, partText(part), instead);
  }

  return h(
    'form',
    { class: 'fill-form', onsubmit: submit, novalidate: true },
    template.about ? h('p', { class: 'note', dir: 'auto' }, template.about) : null,
    ...rows,
    template.pause
      ? h('label', { class: 'check' }, pause, w('pauseAfter', { step: template.slots[template.pause].label }))
      : null,
    wrong,
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'submit', class: 'primary' }, w('write')),
      examples
        ? h(
            'button',
            {
              type: 'button',
              class: 'quiet',
              onclick() {
                for (const { id, example } of template.fields) {
                  const made = controls.get(id);
                  if (made && example && !made.value) made.value = example;
                }
              },
            },
            w('useExample'),
          )
        : null,
    ),
  );
}
