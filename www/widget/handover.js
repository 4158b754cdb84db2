// Ways from the chat to a person: mail with what was said, a number, a link, a form. Nothing is sent before the visitor has
// seen it and agreed.
import { textIn } from '../service/config.js';
import { h } from '../ui/lib/dom.js';
import { postForm } from './post-form.js';

/**
 * @typedef {import('../service/config.js').ServiceConfig} ServiceConfig
 * @typedef {import('../service/config.js').Way} Way
 * @typedef {import('../service/product-answer.js').Say} Say
 */

/** Mail programs take no longer addresses. */
const LONGEST = 1800; // characters

/** @param {string} to @param {string} subject @param {string} body */
function mailAddress(to, subject, body) {
  // The end of what was said is what counts.
  const told = body.length > LONGEST ? `…${body.slice(-LONGEST)}` : body;
  return `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(told)}`;
}

const isWeb = (/** @type {string} */ address) => /^(https:\/\/|http:\/\/localhost|\/)/.test(address);

/**
 * @param {ServiceConfig} config
 * @param {{say: Say, language: string, reason: string, transcript: () => string, open: boolean, sent?: () => void}} context
 * @returns {HTMLElement}
 */
export function createHandover(config, { say, language, reason, transcript, open, sent }) {
  const { ways = [], away } = config.handover ?? {};
  const root = h('div', { class: 'ways' });
  if (!open) root.append(h('p', { class: 'remark' }, textIn(away, language) || say('awayNow')));
  /** @param {Way} way @param {string} standard */
  const label = (way, standard) => textIn(way.label, language) || standard;
  for (const way of ways) {
    if (way.kind === 'phone') {
      root.append(
        h(
          'a',
          { class: 'way', href: `tel:${way.to.replace(/[^\d+]/g, '')}` },
          label(way, say('wayPhone', { to: way.to })),
        ),
      );
    } else if (way.kind === 'link' && isWeb(way.to)) {
      root.append(
        h('a', { class: 'way', href: way.to, target: '_blank', rel: 'noopener' }, label(way, say('wayLink'))),
      );
    } else if (way.kind === 'mail') {
      const subject = textIn(config.name, language) || document.title;
      const link = h(
        'a',
        { class: 'way', href: mailAddress(way.to, subject, '') },
        label(way, say('wayMail', { to: way.to })),
      );
      root.append(link);
      if (!way.transcript) continue;
      const with_ = h('input', { type: 'checkbox' });
      // The mail program shows it before it is sent.
      with_.addEventListener('change', () =>
        link.setAttribute('href', mailAddress(way.to, subject, with_.checked ? transcript() : '')),
      );
      root.append(h('label', { class: 'agree' }, with_, h('span', null, say('withTranscript'))));
    } else if (way.kind === 'form' && isWeb(way.to)) {
      const button = h(
        'button',
        { type: 'button', class: 'quiet', 'aria-expanded': 'false' },
        label(way, say('wayForm')),
      );
      const place = h('div', null);
      button.addEventListener('click', () => {
        if (place.firstChild) place.replaceChildren();
        else
          place.append(
            postForm({
              action: way.to,
              fields: way.fields ?? [
                { name: 'email', label: say('fieldEmail'), kind: 'email', required: true },
                { name: 'message', label: say('fieldMessage'), kind: 'textarea', required: true },
              ],
              language,
              say,
              ...(way.transcript ? { transcript } : {}),
              extra: { reason },
              ...(sent ? { done: sent } : {}),
            }),
          );
        button.setAttribute('aria-expanded', String(place.firstChild !== null));
        /** @type {HTMLElement | null} */ (place.querySelector('input, textarea'))?.focus();
      });
      root.append(button, place);
    }
  }
  const { lead } = config;
  if (lead && isWeb(lead.action)) {
    const button = h(
      'button',
      { type: 'button', class: 'quiet' },
      textIn(lead.title, language) || say('wayLead'),
    );
    button.addEventListener('click', () => {
      const form = postForm({
        action: lead.action,
        fields: lead.fields,
        language,
        say,
        extra: { reason: 'lead' },
        ...(sent ? { done: sent } : {}),
      });
      button.replaceWith(form);
      form.querySelector('input')?.focus();
    });
    root.append(button);
  }
  return root;
}
