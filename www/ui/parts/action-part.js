// A function of the site's own that the visitor may run: what it needs is asked for, what it changes is said, and nothing
// happens before the press of its button.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').ActionPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ name, label, fields, note }, { runTool, announce }) {
  const inputs = fields.map((field) => {
    const input = h('input', {
      type: 'text',
      name: field.name,
      required: field.required,
      pattern: field.pattern,
      autocomplete: 'off',
    });
    return { field, input, row: h('label', null, h('span', null, field.label), input) };
  });
  const status = h('p', { role: 'status', dir: 'auto' });
  const run = h('button', { type: 'submit', class: 'quiet', disabled: !runTool }, label);
  const form = h(
    'form',
    { class: 'post-form' },
    ...inputs.map(({ row }) => row),
    note ? h('p', { class: 'note' }, note) : null,
    run,
    status,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!runTool || !form.reportValidity()) return;
    run.disabled = true;
    const given = Object.fromEntries(inputs.map(({ field, input }) => [field.name, input.value.trim()]));
    const result = await runTool(name, given);
    status.textContent = result.text;
    announce(result.text);
    run.disabled = result.done; // what is done is not done twice
  });
  return { root: form };
}
