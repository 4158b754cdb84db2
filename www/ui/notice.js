// What went wrong (code, sentence, remedy) or what was just done, with a way to repeat or undo it. The page stays usable.
import { h, setChildren } from './dom.js';
import { iconButton } from './message.js';

/** Notices in the person's own language; what they mean for the person is part of them. @type {Record<string, import('./i18n.js').Key>} */
const SAID = {
  gpu_lost: 'gpuLost',
  gpu_lost_again: 'gpuLostAgain',
  gpu_unavailable: 'gpuUnavailable',
  remote_unreachable: 'remoteUnreachable',
  remote_blocked: 'remoteBlocked',
};

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
            : SAID[code]
              ? t(SAID[code], { reason: message })
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
            remedy && !SAID[code] ? h('p', { class: 'remedy' }, remedy) : null,
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
