// The question before a conversation that was held on this device goes to a server: to which, and what exactly would go.
import { h, setChildren } from '../lib/dom.js';
import { withWords } from '../lib/i18n.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../../app/disclosure.js').Disclosure} Disclosure */

/**
 * @param {import('../lib/view.js').Ui} ui @param {HTMLElement} root where it is asked
 * @returns {Promise<(state: import('../lib/view.js').AppState) => void>}
 */
export async function createDisclosure({ app, i18n }, root) {
  const { t, number } = await withWords(i18n, 'notices');
  /** @type {Disclosure | null} */
  let shown = null;

  /** @param {Disclosure} disclosure */
  function card({ server, messages, decide }) {
    const { host } = new URL(server, app.base);
    const question = messages[messages.length - 1]?.text ?? '';
    const apart = () => {
      decide(false);
      app.conversations.start();
      void app.answers.send(question);
    };
    const said = messages.map(({ role, text }) =>
      h('li', null, h('strong', null, t(role === 'user' ? 'you' : 'assistant')), ' ', h('span', null, text)),
    );
    const values = { host, n: number(messages.length) };
    return h(
      'div',
      { class: 'notice disclosure' },
      h('p', null, icon('upload'), ' ', t('discloseAsk', values)),
      h('details', null, h('summary', null, t('discloseWhat', values)), h('ol', null, ...said)),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', class: 'primary', onclick: apart }, t('discloseApart')),
        h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => decide(true) },
          t('discloseAll', values),
        ),
        h('button', { type: 'button', class: 'quiet', onclick: () => decide(false) }, t('discloseNot')),
      ),
    );
  }

  return ({ disclosure }) => {
    if (disclosure === shown) return;
    shown = disclosure;
    setChildren(root, disclosure ? [card(disclosure)] : []);
  };
}
