// A program beside the chat: edited with text that the model proposes at the cursor, changed by it as a patch that is taken or
// left piece by piece, run, and asked about. What stands here when it is closed stands in the answer.
import { splitReasoning } from '../../agent/thoughts.js';
import { codeOf } from '../../agent/code/failure.js';
import { inGap } from '../../agent/code/fill.js';
import { withCode } from '../../app/code-block.js';
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { download } from '../lib/download.js';
import { withWords } from '../lib/i18n.js';
import { iconButton } from '../lib/icon-button.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { createEditor } from './editor.js';
import { ghostText } from './ghost.js';

const LINES = 128; // tokens of what is proposed at the cursor
const WHOLE = 1024; // tokens of a changed program
const TARGETS = ['Python', 'JavaScript', 'TypeScript', 'Java', 'C++', 'Go', 'Rust'];

/** @type {(() => void) | undefined} the one that is open */
let closeOpen;

/**
 * @param {import('../lib/view.js').App} app @param {import('../lib/i18n.js').I18n} plain
 * @param {{root: HTMLElement, message: string, code: string, language: string, ending: string}} what `root`: of the shell
 */
export async function openCodeDesk(app, plain, { root, message, code, language, ending }) {
  closeOpen?.();
  const i18n = await withWords(plain, 'code');
  const { t } = i18n;
  await adoptSheet(root, new URL('../writing/writing.css', import.meta.url).href).catch(() => {});
  const frame = root.querySelector('.frame');
  if (!frame) return;
  const opener = /** @type {HTMLElement | null} */ (
    /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement
  );
  let kept = code.trimEnd();
  /** @type {AbortController | undefined} */
  let asking;
  const { info } = app.store.get().model;
  const fills = info?.infill === true;

  /** @param {import('../../protocol/messages.js').GenerateRequest} request @param {AbortSignal} signal */
  const ask = async (request, signal) => (await app.answers.edits()).aside(message, request, { signal });

  const status = h('p', { class: 'note', role: 'status' });
  const ghost = ghostText(
    async (prefix, suffix, signal) =>
      inGap(await ask({ infill: { prefix, suffix }, max_tokens: LINES, temperature: 0 }, signal), suffix),
    {
      byItself: fills,
      onState: (state) =>
        setText(status, state === 'none' ? '' : t(state === 'asks' ? 'completing' : 'tabTakes')),
      onError: (error) => app.report(error),
    },
  );
  const editor = createEditor({
    text: kept,
    language,
    label: t('codeDraft'),
    words: { accept: t('takeChange'), reject: t('leaveChange') },
    more: ghost.extension,
    onChange: keepSoon,
    onPatch(left) {
      setText(status, left > 0 ? t('changesLeft', { n: left }) : '');
      if (left === 0) editor.settle();
    },
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), 500);
  }

  /** Puts the text into the answer. */
  async function keep() {
    clearTimeout(timer);
    const now = editor.text();
    const found = app.store.get().chat.messages[message];
    if (!found || now.trimEnd() === kept) return;
    const split = splitReasoning(found.text);
    const parts = found.parts ?? [
      ...(split.thought ? [{ type: 'thought', text: split.thought }] : []),
      { type: 'text', text: split.text },
    ];
    const changed = withCode(parts, kept, now);
    if (!changed) return;
    kept = now.trimEnd();
    await (await app.answers.edits()).setParts(found, changed).catch(app.report);
  }

  const fence = () => `\`\`\`${language}\n${editor.text()}\n\`\`\``;
  const say = (/** @type {string} */ text) => void app.answers.send(`${text}\n\n${fence()}`);
  const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
    h('button', { type: 'button', class: 'quiet', onclick }, label);
  const target = h(
    'select',
    { 'aria-label': t('translateTo') },
    ...TARGETS.map((name) => h('option', { value: name }, name)),
  );
  const wish = h('input', {
    type: 'text',
    'aria-label': t('changeWish'),
    placeholder: t('changeWish'),
    dir: 'auto',
  });
  const change = h('button', { type: 'submit', class: 'quiet' }, t('change'));

  async function rewrite() {
    if (asking) return asking.abort();
    if (!wish.value.trim()) return wish.focus();
    asking = new AbortController();
    setText(change, t('stopFixing'));
    setText(status, t('changing'));
    const content = `${t('changeAsk', { wish: wish.value.trim() })}\n\n${fence()}`;
    try {
      const request = {
        messages: [{ role: /** @type {const} */ ('user'), content }],
        max_tokens: WHOLE,
        temperature: 0,
      };
      const answer = codeOf(await ask(request, asking.signal), /./)?.code.trimEnd();
      if (!answer || answer === editor.text().trimEnd()) return setText(status, t('noChange'));
      wish.value = '';
      editor.propose(answer);
    } catch (error) {
      setText(status, '');
      if (!asking.signal.aborted) app.report(error);
    } finally {
      asking = undefined;
      setText(change, t('change'));
    }
  }
  const form = h('form', { class: 'row' }, wish, change);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void rewrite();
  });

  const complete = button(t('complete'), () => {
    editor.view.focus();
    void ghost.ask(editor.view);
  });
  setProps(complete, { disabled: !fills, title: fills ? 'Alt+\\' : t('cannotComplete') });
  const title = h('h2', { tabindex: -1 }, t('codeDraft'));
  const place = h('div', { class: 'desk-view' });
  const aside = h(
    'aside',
    { class: 'desk code-desk', 'aria-label': t('codeDraft') },
    h(
      'header',
      null,
      title,
      iconButton(t('saveFile'), 'download', () => download(`code.${ending}`, 'text/plain', editor.text())),
      iconButton(t('closeDraft'), 'close', close),
    ),
    place,
    h(
      'footer',
      null,
      status,
      form,
      h(
        'div',
        { class: 'exports', role: 'group', 'aria-label': t('askAbout') },
        complete,
        button(t('explain'), () => say(t('explainAsk'))),
        button(t('findFault'), () => say(t('findFaultAsk'))),
        button(t('writeTests'), () => say(t('writeTestsAsk'))),
        button(t('translate'), () => say(t('translateAsk', { to: target.value }))),
        target,
      ),
    ),
  );

  function close() {
    void keep();
    stop();
    asking?.abort();
    editor.destroy();
    aside.remove();
    closeOpen = undefined;
    if (opener?.isConnected) opener.focus();
    else root.querySelector('textarea')?.focus();
  }
  aside.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
  const { id } = app.store.get().chat.conversation;
  const stop = app.store.subscribe(({ chat }) => {
    if (chat.conversation.id !== id || !chat.messages[message]) close();
  });
  closeOpen = close;
  setChildren(place, [editor.root]);
  frame.append(aside);
  title.focus();
}
