// The one line a site adds. A classic script: it makes a floating <loquat-chat> from its own data-* attributes, and
// loads the chat from beside itself when the visitor opens it.
import { defineElement } from './chat-element.js';

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const panel = new URL('widget/panel.js', script.src).href;
defineElement(() => import(panel), new URL('widget/frame.html', script.src).href);

function start() {
  const chat = document.createElement('loquat-chat');
  for (const { name, value } of script.attributes) {
    if (name.startsWith('data-'))
      chat.setAttribute(name.slice(5) === 'title' ? 'heading' : name.slice(5), value);
  }
  if (!chat.hasAttribute('floating')) chat.setAttribute('floating', '');
  document.body.append(chat);
}

if (document.body) start();
else document.addEventListener('DOMContentLoaded', start, { once: true });
