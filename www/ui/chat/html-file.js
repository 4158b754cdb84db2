// One conversation as one HTML file: opens anywhere, holds its own style, loads nothing and runs nothing.
import { shownPath } from '../../app/chat-tree.js';
import { splitReasoning } from '../../agent/thoughts.js';
import { h } from '../lib/dom.js';
import { createMarkdown } from '../parts/markdown.js';

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; }
article { margin-block: 1.25rem; overflow-wrap: anywhere; }
.user { padding: .6rem 1rem; border-radius: 1rem; background: light-dark(#fdeccb, #3a2f1b); white-space: pre-wrap; }
pre { overflow-x: auto; padding: .75rem; border-radius: .5rem; background: light-dark(#f4f0e6, #24211c); }
figure { margin: .75rem 0; } figcaption { font-size: .8rem; opacity: .7; }
.table { overflow-x: auto; } table { border-collapse: collapse; } th, td { padding: .3rem .7rem; border: 1px solid #8886; text-align: start; }
[align=right] { text-align: right; } [align=center] { text-align: center; }
.map { overflow-x: auto; padding: .5rem; border-radius: .75rem; background: #fff; } .map svg { max-width: 100%; height: auto; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid #8886; }
@media print { body { margin: 0; max-width: none; } pre { white-space: pre-wrap; } }`;

/** Formulas are drawn a moment after the text. */
const DRAWN = 600; // ms

/** @param {readonly import('../../protocol/parts.js').Part[]} parts @param {'ltr' | 'rtl'} direction @returns {Promise<HTMLElement[]>} */
async function drawingsOf(parts, direction) {
  const maps = /** @type {import('../../protocol/parts.js').MapPart[]} */ (
    parts.filter(({ type }) => type === 'map')
  );
  if (maps.length === 0) return [];
  const { drawingOf } = await import('../maps/picture.js');
  return maps.map((map) => h('figure', { class: 'map' }, drawingOf(map, direction === 'rtl')));
}

/** @param {import('../../app/chat-tree.js').Chat} chat @param {import('../lib/i18n.js').I18n} i18n @returns {Promise<string>} */
export async function toHtml(chat, { t, language, direction }) {
  const title = chat.conversation.title || t('untitled');
  const all = shownPath(chat).map(async ({ role, text, parts = [] }) => {
    const name = h('h2', null, t(role === 'user' ? 'you' : 'assistant'));
    name.style.cssText = 'font-size: .8rem; margin: 0; opacity: .7';
    if (role === 'user') return h('article', { class: 'user', dir: 'auto' }, name, text);
    const body = h('div', null);
    const maps = await drawingsOf(parts, direction);
    // Code needs no button there, and its colours no style sheet.
    createMarkdown(
      body,
      () => {},
      (rows, columns) => t('tableOf', { rows, columns }),
    ).render(splitReasoning(text).text);
    return h('article', { class: 'assistant', dir: 'auto' }, name, ...maps, body);
  });
  const said = await Promise.all(all);
  const main = h('main', null, h('h1', null, title), ...said);
  if (main.querySelector('[data-math]')) await new Promise((resolve) => setTimeout(resolve, DRAWN));
  const head = h(
    'head',
    null,
    h('meta', { charset: 'utf-8' }),
    h('title', null, title),
    h('style', null, STYLE),
  );
  const csp = h('meta', {
    'http-equiv': 'Content-Security-Policy',
    content: "default-src 'none'; style-src 'unsafe-inline'",
  });
  head.firstElementChild?.after(
    csp,
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
  );
  const page = h('html', { lang: language, dir: direction }, head, h('body', null, main));
  return `<!doctype html>\n${page.outerHTML}\n`;
}
