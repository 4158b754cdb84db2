// Code blocks: a bar with the language and a copy button, and colours from highlight.js, loaded with the first block.
import { h } from './dom.js';
import { icon } from './icons.js';

const LONGEST = 50_000; // characters; beyond that colours cost more than they help

/** @param {string} text @param {HTMLElement} from @returns {Promise<boolean>} whether it is in the clipboard */
export async function copyText(text, from) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission or no secure context: select it, so that the person can copy it by hand.
    const range = document.createRange();
    range.selectNodeContents(from);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    return false;
  }
}

/** @param {HTMLElement} code @param {string} language */
async function highlight(code, language) {
  const text = code.textContent ?? '';
  if (text.length > LONGEST) return;
  const { highlightInto } = await import('./highlight.js');
  if (code.textContent === text) highlightInto(code, text, language); // else it has gone on meanwhile
}

/** @param {HTMLElement} code */
const languageOf = (code) => /language-([\w+#.-]+)/.exec(code.className)?.[1] ?? '';

/** A code block that goes on. @param {HTMLElement} block @param {string} text */
export function refreshCode(block, text) {
  const code = block.querySelector('code');
  if (!code) return;
  code.textContent = `${text}\n`;
  if (languageOf(code)) void highlight(code, languageOf(code));
}

/** @param {import('./i18n.js').I18n} i18n @returns {(pre: HTMLPreElement) => void} */
export function codeDecorator({ t }) {
  return (pre) => {
    const code = pre.querySelector('code');
    if (!code) return;
    const language = languageOf(code);
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
    const figure = h('figure', { class: 'code' }, h('figcaption', null, h('span', null, language), button));
    pre.replaceWith(figure);
    pre.tabIndex = 0;
    figure.append(pre);
    if (language) void highlight(code, language);
  };
}
