// A part of text: Markdown, as answers without parts are. Its parser is loaded with the first text that has any.
import { h } from '../lib/dom.js';

/** Signs that Markdown gives a meaning, and what becomes a link by itself. */
const MARKS = /[*_`#[\]<>|$~\\&@:]|^\s*(?:[-+]|\d+[.)])\s|\n|www\./m;

const load = () => Promise.all([import('./markdown.js'), import('./code.js')]);

/** @param {import('../../protocol/parts.js').TextPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart(part, { app, i18n, welcome }) {
  const root = h('div', { class: 'body' });
  /** @type {ReturnType<typeof import('./markdown.js').createMarkdown> | undefined} */
  let markdown;
  let loading = false;
  let { text } = part;

  function render() {
    if (markdown) return markdown.render(text);
    root.replaceChildren(h('p', { dir: 'auto' }, text));
    if (loading || !MARKS.test(text)) return;
    loading = true;
    load().then(
      ([{ createMarkdown }, { codeDecorator }]) => {
        root.replaceChildren();
        markdown = createMarkdown(root, codeDecorator(i18n, welcome ? undefined : app), (rows, columns) =>
          i18n.t('tableOf', { rows, columns }),
        );
        markdown.render(text);
      },
      () => (loading = false), // out of reach: the words are there as they are
    );
  }

  render();
  return {
    root,
    update(/** @type {typeof part} */ { text: next }) {
      text = next;
      render();
    },
  };
}
