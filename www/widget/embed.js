// The one line a site adds. A classic script: it makes a floating <loquat-chat> from its own data-* attributes, and
// loads the chat from beside itself when the visitor opens it.
import { defineElement } from './chat-element.js';

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const at = (/** @type {string} */ name) => new URL(`widget/${name}`, script.src).href;
defineElement(
  () => import(at('panel.js')),
  at('frame.html'),
  () => import(at('opening.js')),
);

/** A tag manager, or a template that is used twice, may run this twice: one chat of a name is enough. */
const name = script.dataset.id ?? '';
const MADE = Symbol.for(`loquat-chat ${name}`);
const made = /** @type {Record<symbol, boolean>} */ (/** @type {unknown} */ (globalThis));

function start() {
  const chat = document.createElement('loquat-chat');
  for (const { name, value } of script.attributes) {
    if (name.startsWith('data-'))
      chat.setAttribute(name.slice(5) === 'title' ? 'heading' : name.slice(5), value);
  }
  if (!chat.hasAttribute('floating')) chat.setAttribute('floating', '');
  document.body.append(chat);
}

if (!made[MADE]) {
  made[MADE] = true;
  if (document.body) start();
  else document.addEventListener('DOMContentLoaded', start, { once: true });
}
