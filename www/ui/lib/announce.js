// Tells screen readers what was finished: whole sentences of an answer, never single tokens.
import { shownPath } from '../../app/chat-tree.js';
import { h } from './dom.js';
import { splitReasoning } from '../../agent/thoughts.js';

const KEPT = 30; // lines in the log

/** @param {import('./i18n.js').I18n} i18n */
export function createAnnouncer({ language, t }) {
  const root = h('div', {
    class: 'visually-hidden',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': t('assistant'),
  });
  const sentences =
    'Segmenter' in Intl ? new Intl.Segmenter(language, { granularity: 'sentence' }) : undefined;
  let id = '';
  let said = 0;
  let status = '';

  /** @param {string} text */
  function say(text) {
    const line = text.trim();
    if (!line) return;
    root.append(h('p', null, line));
    while (root.childElementCount > KEPT) root.firstElementChild?.remove();
  }

  return {
    root,
    say,
    /** @param {import('../../app/app.js').AppState} state */
    update({ chat, model, generation }) {
      if (model.status !== status) {
        if (model.status === 'loading') say(t('loadingAnnounce'));
        if (model.status === 'ready') say(t('readyAnnounce'));
        status = model.status;
      }
      if (generation && generation.message !== id) {
        id = generation.message;
        said = splitReasoning(chat.messages[id]?.text ?? '').text.length;
      }
      const message = id ? chat.messages[id] : undefined;
      if (!message || shownPath(chat).pop() !== message) return;
      const text = splitReasoning(message.text).text.slice(said); // thoughts are there for those who unfold them
      const finished = message.status !== 'streaming' && message.status !== 'waiting';
      if (finished) {
        say(text);
        if (message.status === 'stopped') say(t('stoppedAnnounce'));
        said += text.length;
        id = '';
        return;
      }
      const parts = sentences ? [...sentences.segment(text)] : [];
      for (const { segment } of parts.slice(0, -1)) {
        say(segment);
        said += segment.length;
      }
    },
  };
}
