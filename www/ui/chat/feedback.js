// Thumbs below an answer, with reasons and a better answer; of an answer that was made again, which of the two is better.
// Loaded with the first answer.
import { withWords } from '../lib/i18n.js';
import { h } from '../lib/dom.js';
import { branchOf, shownPath } from '../../app/chat-tree.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { openFeedback } from '../../app/feedback.js';
import { splitReasoning } from '../../agent/thoughts.js';

/** @typedef {import('../../app/feedback.js').Rating} Rating */

const REASONS = /** @type {const} */ (['wrong', 'incomplete', 'unclear', 'source', 'tone']);
const NS = 'http://www.w3.org/2000/svg';
const THUMB =
  'M7 11v9H4v-9zM7 11l4-7c1.7 0 2.6 1 2.3 2.6L12.7 10H18c1.3 0 2.2 1.1 2 2.4l-1 6c-.2 1-1 1.6-2 1.6H7';

/** @param {boolean} up */
function thumb(up) {
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', up ? 'icon' : 'icon turned');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(NS, 'path');
  path.setAttribute('d', THUMB);
  svg.append(path);
  return svg;
}

/** @type {Promise<import('../../app/feedback.js').FeedbackStore> | undefined} */
let opening;
const store = () => (opening ??= openFeedback());

/**
 * @param {import('../lib/view.js').Ui} ui @param {string} id of the answer @param {HTMLElement} content below which the form opens
 * @returns {Promise<HTMLElement>}
 */
export async function createFeedback(ui, id, content) {
  const { app } = ui;
  const [{ t, language }, ratings] = await Promise.all([withWords(ui.i18n, 'feedback'), store()]);
  let rating = await ratings.get(id);
  await adoptSheet(content, new URL('../parts/parts.css', import.meta.url).href).catch(() => {});
  const form = h('div', { class: 'feedback-form', hidden: true });
  content.append(form);

  /** @param {boolean} good @returns {Rating} */
  function newRating(good) {
    const { chat, model } = app.store.get();
    const answer = chat.messages[id];
    const path = shownPath(chat);
    const before = path.slice(
      0,
      path.findIndex((message) => message.id === id),
    );
    const prompt = app.promptOf(id);
    const question = before[before.length - 1]?.text ?? '';
    const rebuilt = before.map(({ role, text }) => ({ role, content: text }));
    return {
      id,
      at: Date.now(),
      good,
      reasons: [],
      prompt: prompt ?? rebuilt,
      exact: prompt !== undefined,
      question,
      answer: splitReasoning(answer?.text ?? '').text,
      model: {
        name: model.name || 'service',
        ...(app.fingerprint() ? { fingerprint: app.fingerprint() } : {}),
      },
      ...(ui.welcome ? { page: location.pathname } : {}),
      language,
      ...(answer?.refused ? { unanswered: true } : {}),
    };
  }

  const up = button(true);
  const down = button(false);

  /** @param {boolean} good */
  function button(good) {
    const name = t(good ? 'good' : 'bad');
    const made = h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': name, title: name, 'aria-pressed': 'false' },
      thumb(good),
    );
    made.addEventListener('click', () => void rate(good));
    return made;
  }

  function show() {
    up.setAttribute('aria-pressed', String(rating?.good === true));
    down.setAttribute('aria-pressed', String(rating?.good === false));
  }

  /** @param {Rating} next */
  async function keep(next) {
    rating = next;
    show();
    await ratings.put(next);
  }

  /** @param {boolean} good */
  async function rate(good) {
    if (rating?.good === good) {
      rating = undefined; // a second press takes it back
      form.hidden = true;
      show();
      return ratings.remove(id);
    }
    await keep({ ...newRating(good), ...(rating?.better ? { better: rating.better } : {}) });
    ui.announce(t('rated'));
    openForm(good);
  }

  /** @param {boolean} good */
  function openForm(good) {
    const boxes = good
      ? []
      : REASONS.map((reason) => {
          const box = h('input', { type: 'checkbox', value: reason });
          return { box, row: h('label', { class: 'agree' }, box, h('span', null, t(`reason_${reason}`))) };
        });
    const better = h('textarea', {
      rows: 3,
      'aria-label': t('better'),
      placeholder: t('better'),
      dir: 'auto',
    });
    better.value = rating?.better ?? '';
    const send = ui.sendFeedback ? h('input', { type: 'checkbox' }) : null;
    const status = h('p', { role: 'status' });
    const save = h('button', { type: 'button', class: 'quiet' }, t('feedbackSave'));
    save.addEventListener('click', async () => {
      if (!rating) return;
      const words = better.value.trim();
      const { better: _before, ...rest } = rating;
      const next = {
        ...rest,
        reasons: boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
        ...(words ? { better: words } : {}),
      };
      await keep(next);
      if (!send?.checked || !ui.sendFeedback) return void (form.hidden = true);
      const sent = await ui.sendFeedback(next);
      status.textContent = t(sent ? 'feedbackSent' : 'feedbackFailed');
      if (sent) await keep({ ...next, sent: true });
    });
    form.replaceChildren(
      ...(good
        ? []
        : [h('fieldset', null, h('legend', null, t('whatIsWrong')), ...boxes.map(({ row }) => row))]),
      better,
      h('p', { class: 'note' }, t('feedbackKept')),
      ...(send ? [h('label', { class: 'agree' }, send, h('span', null, t('feedbackSend')))] : []),
      h('div', { class: 'row' }, save),
      status,
    );
    form.hidden = false;
  }

  /** Two answers to one question: which is better? */
  function compare() {
    const { chat } = app.store.get();
    const { count } = branchOf(chat, id);
    const siblings = chat.children[chat.messages[id]?.parent ?? ''] ?? [];
    const before = siblings[siblings.indexOf(id) - 1];
    const other = before && chat.messages[before];
    if (count < 2 || !other || other.status !== 'done' || rating?.other) return;
    if (other.text === chat.messages[id]?.text) return; // rules answer the same question the same
    const ask = h(
      'div',
      { class: 'feedback-pair', role: 'group', 'aria-label': t('whichBetter') },
      h('span', null, t('whichBetter')),
    );
    /** @param {boolean} mine */
    const choose = async (mine) => {
      ask.remove();
      const here = newRating(true);
      if (mine) return keep({ ...here, other: other.text });
      // The answer before was better: it is that one's pair.
      await ratings.put({ ...here, id: other.id, answer: other.text, other: here.answer });
    };
    ask.append(
      h('button', { type: 'button', class: 'quiet', onclick: () => void choose(true) }, t('thisBetter')),
      h('button', { type: 'button', class: 'quiet', onclick: () => void choose(false) }, t('formerBetter')),
    );
    content.append(ask);
  }

  show();
  compare();
  return h('span', { class: 'feedback', role: 'group', 'aria-label': t('rate') }, up, down);
}
