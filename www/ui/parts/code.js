// Code blocks: a bar with the language, and what can be done with the code; colours from highlight.js, loaded with the first.
import { h, setProps } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { iconButton } from '../lib/icon-button.js';
import { copyText } from '../lib/copy.js';
import { download } from '../lib/download.js';
import { runButton } from '../code/run-button.js';

const LONGEST = 50_000; // characters; beyond that colours cost more than they help

/** How files of a language end, where it is not by its name. @type {Readonly<Record<string, string>>} */
const ENDINGS = {
  python: 'py',
  javascript: 'js',
  typescript: 'ts',
  rust: 'rs',
  ruby: 'rb',
  markdown: 'md',
  bash: 'sh',
  shell: 'sh',
  csharp: 'cs',
  'c++': 'cpp',
  kotlin: 'kt',
  perl: 'pl',
  text: 'txt',
  plaintext: 'txt',
  '': 'txt',
};

/** Whether lines wrap: as it was chosen last. */
let wraps = false;

/** @param {HTMLElement} code @param {string} language */
async function highlight(code, language) {
  const text = code.textContent ?? '';
  if (text.length > LONGEST) return;
  const { highlightInto } = await import('./highlight.js');
  if (code.textContent === text) highlightInto(code, text, language); // else it has gone on meanwhile
}

/** @param {HTMLElement} code */
const languageOf = (code) => /language-([\w+#.-]+)/.exec(code.className)?.[1] ?? '';

/** Text that a picture is asked for by. @param {Element | null} figure @param {HTMLElement} code @param {string} [language] of the page, where it is new */
function drawDiagram(figure, code, language) {
  if (!(figure instanceof HTMLElement) || languageOf(code) !== 'mermaid') return;
  figure.dataset.language ??= language ?? '';
  void import('../diagrams/diagram.js').then(
    ({ drawSoon }) => drawSoon(figure, code.textContent ?? '', figure.dataset.language ?? ''),
    () => {}, // out of reach: it stays text
  );
}

/** A code block that goes on. @param {HTMLElement} block @param {string} text */
export function refreshCode(block, text) {
  const code = block.querySelector('code');
  if (!code) return;
  code.textContent = `${text}\n`;
  if (languageOf(code)) void highlight(code, languageOf(code));
  drawDiagram(code.closest('figure'), code);
}

/** @param {string} language @returns {import('../../agent/code/run.js').Language | undefined} as what it is run */
function runAs(language) {
  if (/^(javascript|js|mjs|node)$/.test(language)) return 'javascript';
  return /^py(thon3?)?$/.test(language) ? 'python' : undefined;
}

/**
 * @param {import('../lib/i18n.js').I18nWith<'parts'>} i18n
 * @param {import('../lib/view.js').App} [app] where programs can be run and what they write be kept
 * @returns {(pre: HTMLPreElement) => void}
 */
export function codeDecorator(i18n, app) {
  const { t } = i18n;
  /** @param {HTMLElement} code */
  function copyButton(code) {
    const label = h('span', null, t('copy'));
    const button = h(
      'button',
      { type: 'button', class: 'quiet', 'aria-live': 'polite' },
      icon('copy'),
      label,
    );
    button.addEventListener('click', async () => {
      const copied = await copyText(code.textContent ?? '', code);
      label.textContent = t(copied ? 'copied' : 'selected');
      setTimeout(() => (label.textContent = t('copy')), 1500);
    });
    return button;
  }

  /** @param {HTMLElement} figure */
  function wrapButton(figure) {
    const show = () => {
      figure.classList.toggle('wraps', wraps);
      setProps(button, { 'aria-pressed': String(wraps) });
    };
    const button = iconButton(t('codeWrap'), 'wrap', () => {
      wraps = !figure.classList.contains('wraps');
      show();
    });
    show();
    return button;
  }

  /** The thing in place of its code, and back. @param {HTMLElement} figure @param {HTMLElement} code @param {boolean} svg */
  function previewButton(figure, code, svg) {
    const note = h('p', { class: 'note', hidden: true }, t('codePreviewNote'));
    /** @type {HTMLElement | undefined} */
    let frame;
    const button = iconButton(t('codePreview'), 'eye', async () => {
      if (frame) {
        frame.remove();
        frame = undefined;
      } else {
        const { createPreview } = await import('./preview.js');
        frame = createPreview(code.textContent ?? '', svg, t('codePreview'));
        figure.append(frame, note);
      }
      note.hidden = !frame;
      figure.classList.toggle('previews', frame !== undefined);
      setProps(button, { 'aria-pressed': String(frame !== undefined) });
    });
    setProps(button, { 'aria-pressed': 'false' });
    return button;
  }

  /** The program beside the chat. @param {HTMLElement} figure @param {HTMLElement} code @param {string} language @param {string} ending */
  function editButton(figure, code, language, ending) {
    return iconButton(t('codeEdit'), 'edit', () => {
      const message = figure.closest('[data-id]')?.getAttribute('data-id');
      const root = /** @type {HTMLElement | null} */ (figure.closest('.loquat'));
      if (!app || !message || !root) return;
      const what = { root, message, code: code.textContent ?? '', language, ending };
      import('../code/desk.js').then(({ openCodeDesk }) => openCodeDesk(app, i18n, what)).catch(app.report);
    });
  }

  return (pre) => {
    const code = pre.querySelector('code');
    if (!code) return;
    const language = languageOf(code);
    const runs = runAs(language);
    const figure = h('figure', { class: 'code' });
    const ending = ENDINGS[language] ?? language.replace(/\W/g, '');
    const save = () => download(`code.${ending}`, 'text/plain', code.textContent ?? '');
    const drawn = /^(html|xhtml|svg)$/.test(language) || /^\s*<svg\b/.test(code.textContent ?? '');
    const tools = h(
      'span',
      { class: 'tools' },
      app && runs ? runButton(figure, code, runs, app, i18n) : null,
      drawn ? previewButton(figure, code, /^\s*(<\?xml[^>]*>\s*)?<svg\b/.test(code.textContent ?? '')) : null,
      app && language && language !== 'output' ? editButton(figure, code, language, ending) : null,
      wrapButton(figure),
      iconButton(t('codeDownload'), 'download', save),
      copyButton(code),
    );
    figure.append(h('figcaption', null, h('span', null, language), tools));
    pre.replaceWith(figure);
    pre.tabIndex = 0;
    figure.append(pre);
    if (language) void highlight(code, language);
    drawDiagram(figure, code, i18n.language);
  };
}
