// Ratings out of this browser, as files that trainers and merchants take. Loaded with the settings.
import { dpoLines, faqCandidates, ktoLines, sftLines } from '../../app/exchange/preference-file.js';
import { openFeedback } from '../../app/feedback.js';
import { withWords } from '../lib/i18n.js';
import { download } from '../lib/download.js';
import { h } from '../lib/dom.js';

/** @param {import('../lib/view.js').Ui} ui @returns {Promise<HTMLElement>} */
export async function createFeedbackExport(ui) {
  const [{ t }, store] = await Promise.all([withWords(ui.i18n, 'feedback'), openFeedback()]);
  const ratings = await store.all();
  const status = h('p', { class: 'note' }, t('ratingsKept', { n: ratings.length }));
  /** @param {string} name @param {string} words @param {() => string} make */
  const button = (name, words, make) =>
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        disabled: ratings.length === 0,
        onclick: () => download(name, 'application/jsonl', make()),
      },
      words,
    );
  return h(
    'fieldset',
    { class: 'feedback-export' },
    h('legend', null, t('ratings')),
    status,
    h(
      'div',
      { class: 'row' },
      button('preferences.jsonl', t('exportDpo'), () => dpoLines(ratings)),
      button('ratings.jsonl', t('exportKto'), () => ktoLines(ratings)),
      button('corrections.jsonl', t('exportSft'), () => sftLines(ratings)),
      button(
        'faq-candidates.json',
        t('exportFaq'),
        () => `${JSON.stringify(faqCandidates(ratings), null, 2)}\n`,
      ),
      button('ratings-all.json', t('exportRatings'), () => `${JSON.stringify(ratings, null, 2)}\n`),
    ),
  );
}
