// A form that posts to the merchant's own address: the visitor sees all that goes, agrees to it, and hears what became of it.
import { textIn } from '../service/config.js';
import { h } from '../ui/lib/dom.js';

/**
 * @typedef {import('../service/config.js').Field} Field
 * @typedef {import('../service/product-answer.js').Say} Say
 */

let forms = 0;

/**
 * @param {object} given
 * @param {string} given.action
 * @param {Field[]} given.fields
 * @param {string} given.language
 * @param {Say} given.say
 * @param {() => string} [given.transcript] goes along, if the visitor agrees
 * @param {Record<string, string>} [given.extra] goes along and is shown
 * @param {() => void} [given.done]
 */
export function postForm({ action, fields, language, say, transcript, extra = {}, done }) {
  const name = `loquat-form-${forms++}`;
  const host = new URL(action, document.baseURI).host;
  const inputs = fields.map((field, i) => {
    const id = `${name}-${i}`;
    const common = {
      id,
      name: field.name,
      required: field.required ?? false,
      autocomplete: field.kind === 'email' ? 'email' : field.kind === 'tel' ? 'tel' : 'off',
    };
    const input =
      field.kind === 'textarea'
        ? h('textarea', { ...common, rows: 3 })
        : h('input', { ...common, type: field.kind ?? 'text' });
    return { field, input, row: h('p', null, h('label', { for: id }, textIn(field.label, language)), input) };
  });
  const withTranscript = h('input', { type: 'checkbox' });
  const shown = h('pre', { class: 'preview', hidden: true, tabindex: 0, 'aria-label': say('whatGoes') });
  withTranscript.addEventListener('change', () => {
    shown.hidden = !withTranscript.checked;
    shown.textContent = transcript?.() ?? '';
  });
  const agree = h('input', { type: 'checkbox', required: true });
  const status = h('p', { role: 'status' });
  const send = h('button', { type: 'submit', class: 'primary' }, say('formSend'));
  const form = h(
    'form',
    { class: 'post-form' },
    ...inputs.map(({ row }) => row),
    ...(transcript
      ? [h('label', { class: 'agree' }, withTranscript, h('span', null, say('withTranscript'))), shown]
      : []),
    h('label', { class: 'agree' }, agree, h('span', null, say('formAgree', { host }))),
    send,
    status,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    send.disabled = true;
    const values = Object.fromEntries(inputs.map(({ field, input }) => [field.name, input.value]));
    const body = {
      ...values,
      ...extra,
      page: location.pathname,
      ...(withTranscript.checked ? { transcript: transcript?.() } : {}),
    };
    try {
      const response = await fetch(action, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(String(response.status));
      form.replaceChildren(status);
      status.textContent = say('formSent');
      done?.();
    } catch {
      send.disabled = false; // what was written stays
      status.textContent = say('formFailed');
    }
  });
  return form;
}
