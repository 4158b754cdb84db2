// The plan so far: each step in words, with rows before and after, to be edited or taken out.
import { h, setChildren } from '../lib/dom.js';
import { operationOf } from './operations.js';
import { inElements, planWords } from './words.js';

/**
 * @param {{w: import('./words.js').TableWords, language: string, edit: (at: number) => void, remove: (at: number) => void}} options
 */
export function createSteps({ w, language, edit, remove }) {
  const list = h('ol', null);
  const summary = h('summary', null);
  const root = h('details', { class: 'steps', hidden: true }, summary, list);
  return {
    root,
    /** @param {import('../../agent/tables/book.js').State} state */
    update({ steps, step_rows: rows, words }) {
      root.hidden = steps.length === 0;
      setChildren(summary, [document.createTextNode(w('steps', { n: steps.length }))]);
      const said = planWords(words, language);
      list.replaceChildren(
        ...steps.map((step, i) => {
          const name = said[i] ?? step.op;
          const { before = 0, after = 0 } = rows[i] ?? {};
          const plain = name.replaceAll('*', '');
          return h(
            'li',
            null,
            h('span', null, ...inElements(name), ' ', h('small', null, w('rowsTo', { before, after }))),
            operationOf(step.op)
              ? h(
                  'button',
                  {
                    type: 'button',
                    class: 'quiet',
                    'aria-label': w('stepEdit', { step: plain }),
                    onclick: () => edit(i),
                  },
                  w('edit'),
                )
              : null,
            h(
              'button',
              {
                type: 'button',
                class: 'quiet',
                'aria-label': w('stepRemove', { step: plain }),
                onclick: () => remove(i),
              },
              w('remove'),
            ),
          );
        }),
      );
    },
  };
}
