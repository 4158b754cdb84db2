// What went wrong (a sentence, a remedy, the details) or what was just done, with a way to repeat or undo it. The page stays usable.
import { h, setChildren } from './dom.js';
import { explain } from './errors.js';
import { iconButton } from './message.js';

/** @typedef {import('../state/app.js').Notice} Notice */

/** @param {import('./context.js').Ui} ui @returns {import('./context.js').View} */
export function createNotice({ app, i18n }) {
  const { t } = i18n;
  const root = h('div', { class: 'notices', 'aria-live': 'assertive' });
  /** @type {Notice | null} */
  let shown = null;

  /** @param {Notice} notice @returns {Promise<HTMLElement[]>} */
  async function text(notice) {
    const { kind, code, message } = notice;
    if (code === 'conversation_deleted')
      return [h('p', null, t('deleted', { title: message || t('untitled') }))];
    if (code === 'conversations_imported') return [h('p', null, t('imported', { n: message }))];
    if (kind === 'info') return [h('p', null, message)];
    const { says, remedy, detail } = await explain(i18n.language, notice);
    return [
      h('p', null, says),
      ...(remedy ? [h('p', { class: 'remedy' }, remedy)] : []),
      h('p', { class: 'detail' }, detail, ' ', h('code', null, code)),
    ];
  }

  /** @param {Notice} notice */
  async function show(notice) {
    const { kind, action } = notice;
    const run = () => {
      app.dismiss();
      action?.run();
    };
    const said = await text(notice);
    if (notice !== shown) return; // another came meanwhile
    setChildren(root, [
      h(
        'div',
        { class: `notice ${kind}` },
        h('div', { class: 'text' }, ...said),
        iconButton(t('dismiss'), 'close', app.dismiss),
        action ? h('button', { type: 'button', class: 'quiet action', onclick: run }, t(action.label)) : null,
      ),
    ]);
  }

  return {
    root,
    update({ notice }) {
      if (notice === shown) return;
      shown = notice;
      if (notice) void show(notice);
      else setChildren(root, []);
    },
  };
}
