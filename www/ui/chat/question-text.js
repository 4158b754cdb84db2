// What the person wrote: as it is, code between fences as code, and a long text folded.
import { codeDecorator } from '../parts/code.js';
import { h } from '../lib/dom.js';

const LINES = 16;
const LENGTH = 1200; // characters
const FENCED = /^(`{3,}|~{3,})([\w+#.-]*)[^\n]*\n([\s\S]*?)\n\1[ \t]*$/gm;

/** @param {string} text */
const isLong = (text) => text.length > LENGTH || text.split('\n', LINES + 1).length > LINES;

/** @param {string} text @param {import('../lib/i18n.js').I18nWith<'parts'>} i18n @returns {Node[]} */
function pieces(text, i18n) {
  const decorate = codeDecorator(i18n);
  /** @type {Node[]} */
  const made = [];
  let at = 0;
  for (const found of text.matchAll(FENCED)) {
    const [whole, , language, code] = found;
    made.push(document.createTextNode(text.slice(at, found.index).replace(/\n$/, '')));
    const pre = h('pre', null, h('code', language ? { class: `language-${language}` } : null, code));
    const place = h('div', null, pre);
    decorate(pre);
    made.push(...place.childNodes);
    at = found.index + whole.length + (text[found.index + whole.length] === '\n' ? 1 : 0);
  }
  made.push(document.createTextNode(text.slice(at)));
  return made;
}

/** @param {HTMLElement} body @param {string} text @param {import('../lib/i18n.js').I18nWith<'parts'>} i18n */
export function showQuestion(body, text, i18n) {
  const words = h('div', { class: 'words' }, ...pieces(text, i18n));
  if (!isLong(text)) return body.replaceChildren(words);
  const more = h('button', { type: 'button', class: 'quiet more' });
  const fold = (/** @type {boolean} */ folded) => {
    words.classList.toggle('folded', folded);
    more.textContent = i18n.t(folded ? 'showWhole' : 'showLess');
    more.setAttribute('aria-expanded', String(!folded));
  };
  more.addEventListener('click', () => fold(!words.classList.contains('folded')));
  fold(true);
  body.replaceChildren(words, more);
}
