// What went wrong (code, sentence, remedy) or what was just done, with a way to repeat or undo it. The page stays usable.
import { h, setChildren } from './dom.js';
import { iconButton } from './message.js';

/** @param {import('./context.js').Ui} ui @returns {import('./context.js').View} */
export function createNotice({ app, i18n }) {
  const { t } = i18n;
  const root = h('div', { class: 'notices', 'aria-live': 'assertive' });
  /** @type {import('../state/app.js').Notice | null} */
  let shown = null;
  return {
    root,
    update({ notice }) {
      if (notice === shown) return;
      shown = notice;
      if (!notice) return setChildren(root, []);
      const { kind, code, message, remedy, action } = notice;
      const text =
        code === 'conversation_deleted'
          ? t('deleted', { title: message || t('untitled') })
          : code === 'conversations_imported'
            ? t('imported', { n: message })
            : message;
      const run = () => {
        app.dismiss();
        action?.run();
      };
      setChildren(root, [
        h(
          'div',
          { class: `notice ${kind}` },
          h(
            'div',
            { class: 'text' },
            h('p', null, text),
            remedy ? h('p', { class: 'remedy' }, remedy) : null,
            kind === 'error' ? h('code', null, code) : null,
          ),
          iconButton(t('dismiss'), 'close', app.dismiss),
          action
            ? h('button', { type: 'button', class: 'quiet action', onclick: run }, t(action.label))
            : null,
        ),
      ]);
    },
  };
}
