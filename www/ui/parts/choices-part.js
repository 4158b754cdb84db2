// What a question with several meanings may mean: a button for each, which asks the question that has this meaning only.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').ChoicesPart} part @param {import('../lib/view.js').Ui} ui */
export function createPart({ options }, { app }) {
  const button = (/** @type {{label: string, send: string}} */ { label, send }) =>
    h(
      'button',
      { type: 'button', class: 'quiet', dir: 'auto', onclick: () => void app.answers.send(send) },
      label,
    );
  return { root: h('div', { class: 'row', role: 'group' }, ...options.map(button)) };
}
