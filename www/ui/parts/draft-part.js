// A draft in the conversation: how far it is, its text as Markdown, and the way to where it is changed.
import { h, setProps, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { writingWords } from '../lib/writing-words.js';
import { codeDecorator } from './code.js';
import { createMarkdown } from './markdown.js';

/** @typedef {import('../../protocol/parts.js').DraftPart} DraftPart */

/** @param {DraftPart} first @param {import('../lib/view.js').PartUi} ui */
export function createPart(first, ui) {
  const { app, i18n } = ui;
  const state = h('span', { role: 'status' });
  const bar = h('progress', { max: 1, 'aria-label': first.title });
  const label = h('span', null);
  const open = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => ui.write({ draft: message() }) },
    icon('edit'),
    label,
  );
  const going = h('span', null);
  const go = h(
    'button',
    { type: 'button', class: 'primary', hidden: true, onclick: () => void app.answers.carryOn(message()) },
    going,
  );
  const body = h('div', { class: 'body' });
  const markdown = createMarkdown(body, codeDecorator(i18n), (rows, columns) =>
    i18n.t('tableOf', { rows, columns }),
  );
  const root = h(
    'section',
    null,
    h('header', null, h('strong', { dir: 'auto' }, first.title), state, bar),
    body,
    h('div', { class: 'row' }, go, open),
  );
  let now = first;
  /** @type {Awaited<ReturnType<typeof writingWords>> | undefined} */
  let words;

  /** Which message it is a part of. */
  const message = () => root.closest('[data-id]')?.getAttribute('data-id') ?? '';

  function update() {
    markdown.render(now.text);
    const { steps, done, waits } = now;
    const filled = steps.filter(({ by }) => by).length;
    setProps(root, { 'aria-label': now.title });
    bar.hidden = done;
    setProps(bar, { value: steps.length > 0 ? filled / steps.length : 0 });
    if (!words) return;
    const { w } = words;
    setText(label, w('openDraft'));
    setText(going, w('goOn'));
    go.hidden = !waits;
    if (done) setText(state, '');
    else if (waits)
      setText(state, w('waitsFor', { step: steps.find(({ key }) => key === waits)?.label ?? '' }));
    else setText(state, w('stepsDone', { done: filled, total: steps.length }));
  }

  void writingWords(i18n.language).then((found) => {
    words = found;
    update();
  });
  update();
  return {
    root,
    update(/** @type {DraftPart} */ part) {
      now = part;
      update();
    },
  };
}
