// Questions that may have been meant: a press asks one.
import { h } from '../lib/dom.js';

/** @param {import('../../protocol/parts.js').RepliesPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ title, replies }, { app }) {
  return {
    root: h(
      'div',
      { class: 'replies' },
      title ? h('p', null, title) : null,
      ...replies.map((text) =>
        h('button', { type: 'button', class: 'quiet', onclick: () => void app.answers.send(text) }, text),
      ),
    ),
  };
}
