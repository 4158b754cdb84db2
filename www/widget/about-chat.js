// What this conversation took: said plainly, in a dialog of the widget. Loaded when it is asked for.
import { shownPath } from '../app/chat-tree.js';
import { costOf, WATTS } from '../service/cost.js';
import { h } from '../ui/lib/dom.js';

/**
 * @param {import('../app/app.js').App} app @param {import('../ui/lib/i18n.js').I18n} i18n
 * @param {import('../service/product-answer.js').Say} say
 * @param {{sent: number, downloaded: number}} known
 */
export function aboutChat(app, i18n, say, known) {
  const cost = costOf(shownPath(app.store.get().chat), known);
  const { number } = i18n;
  const lines = [
    say('costAnswers', { n: cost.answers, without: number(cost.withoutModel) }),
    cost.downloaded > 0 ? say('costDownload', { size: i18n.bytes(cost.downloaded) }) : say('costNoDownload'),
    say('costTokens', { tokens: number(cost.tokens), seconds: number(cost.seconds, 1) }),
    say('costEnergy', { energy: number(cost.wattHours, 2), watts: WATTS }),
    cost.sent === 0 ? say('costNothingSent') : say('costSent', { n: cost.sent }),
  ];
  const title = say('aboutChat');
  const close = h('button', { type: 'button', class: 'quiet' }, i18n.t('close'));
  const dialog = h(
    'dialog',
    { class: 'panel', 'aria-label': title },
    h('header', null, h('h2', null, title), close),
    h('ul', null, ...lines.map((line) => h('li', null, line))),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  return dialog;
}
