// What went wrong (a sentence, a remedy, the details) or what was just done, with a way to repeat or undo it. The page stays usable.
import { h, setChildren } from './dom.js';
import { explain } from './error-words.js';
import { withWords } from './i18n.js';
import { iconButton } from './icon-button.js';

/** @typedef {import('../../app/app.js').Notice} Notice */

const STAYS = 8000; // ms
const STAYS_WITH_ACTION = 20_000;

/** What was done, or may be done with a file. @param {import('./i18n.js').I18nWith<'notices'>} i18n @param {Notice} notice @returns {string} */
function infoWords({ t, bytes, number }, { code, message: name, values = {} }) {
  const { size = 0, room = Infinity, share = 0, tokens = 0 } = values;
  switch (code) {
    case 'file_searched':
      return t('fileSearched', { name, n: tokens });
    case 'file_image':
      return t('fileImage', { name });
    case 'file_other':
      return t('fileOther', { name });
    case 'file_kept':
      return t('fileKept', { name });
    case 'file_keeping':
      return t('keepingFile', { name, percent: `${number(Math.floor(share * 100))} %` });
    case 'file_model':
      return t('fileModel', { name, size: bytes(size), room: Number.isFinite(room) ? bytes(room) : '?' });
    default:
      return '';
  }
}

/**
 * @param {import('./view.js').Ui} ui @param {HTMLElement} root where notices go
 * @returns {Promise<(state: import('./view.js').AppState) => void>}
 */
export async function createNotice({ app, i18n: page }, root) {
  const i18n = await withWords(page, 'notices');
  const { t } = i18n;
  /** @type {Notice | null} */
  let shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let leaving;

  /** What was done leaves by itself, unless it is being looked at; what went wrong stays. @param {Notice} notice */
  function leaveLater({ kind, action }) {
    clearTimeout(leaving);
    if (kind !== 'info') return;
    leaving = setTimeout(
      () => (root.matches(':hover, :focus-within') ? shown && leaveLater(shown) : app.dismiss()),
      action ? STAYS_WITH_ACTION : STAYS,
    );
  }

  /** @param {Notice} notice @returns {Promise<HTMLElement[]>} */
  async function text(notice) {
    const { kind, code, message } = notice;
    if (code === 'conversation_deleted')
      return [h('p', null, t('deleted', { title: message || t('untitled') }))];
    if (code === 'conversation_archived')
      return [h('p', null, t('conversationArchived', { title: message || t('untitled') }))];
    if (code === 'model_speaks') {
      const names = new Intl.DisplayNames([i18n.language], { type: 'language' });
      const language = names.of(notice.hint ?? '') ?? '';
      return [h('p', null, t('modelSpeaks', { name: message, language }))];
    }
    if (code === 'model_moved') return [h('p', null, t('modelMoved', { name: message }))];
    if (code === 'conversations_imported') return [h('p', null, t('imported', { n: Number(message) }))];
    const said = infoWords(i18n, notice);
    if (said) return [h('p', null, said)];
    if (kind === 'info') return [h('p', null, message)];
    const { says, remedy, detail } = await explain(i18n.language, notice);
    return [
      h('p', null, says),
      ...(remedy ? [h('p', { class: 'remedy' }, remedy)] : []),
      h(
        'details',
        { class: 'detail' },
        h('summary', null, t('details')),
        h('p', null, detail, ' ', h('code', null, code)),
      ),
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

  return ({ notice }) => {
    if (notice === shown) return;
    shown = notice;
    clearTimeout(leaving);
    if (notice) {
      leaveLater(notice);
      void show(notice);
    } else setChildren(root, []);
  };
}
