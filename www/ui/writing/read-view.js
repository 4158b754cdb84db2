// A draft as it reads: Markdown made safe, with what was not given marked.
import { checkText } from '../../agent/writing/form.js';
import { h } from '../lib/dom.js';
import { codeDecorator } from '../parts/code.js';
import { createMarkdown } from '../parts/markdown.js';

/** Marks the first place of each wording in the text as it is shown. @param {HTMLElement} root @param {readonly string[]} texts */
export function markTexts(root, texts) {
  for (const text of new Set(texts)) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = (node.textContent ?? '').indexOf(text);
      if (at < 0 || node.parentElement?.closest('mark')) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      range.surroundContents(document.createElement('mark'));
      break;
    }
  }
}

/** @param {import('./desk.js').Desk} desk @returns {import('./desk.js').DeskView} */
export function readView(desk) {
  const { i18n } = desk.ui;
  const body = h('div', {
    class: 'body paper',
    tabindex: 0,
    role: 'region',
    'aria-label': desk.words.w('desk_read'),
  });
  let shown = '';
  return {
    root: body,
    update() {
      const { text } = desk.draft();
      if (text === shown) return;
      shown = text;
      body.replaceChildren();
      createMarkdown(body, codeDecorator(i18n), (rows, columns) =>
        i18n.t('tableOf', { rows, columns }),
      ).render(text);
      const form = desk.form();
      if (form)
        markTexts(
          body,
          checkText(form.template, form.values, text).invented.map((each) => each.text),
        );
    },
  };
}
