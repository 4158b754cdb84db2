// From a question to what answers it: the merchant's own words, products, passages of the site, or "I don't know" with a
// way to a person. No model; where a model may phrase the answer, it is told which passages it may use.
import { conceptTerms, isBusiness, isConcept } from './concepts.js';
import { COVERED, faqMatcher, KNOWN, WHOLE } from './faq.js';
import { answerFromProducts } from './product-answer.js';
import { columnOf, planOf, productWords } from './product-plan.js';
import { searchPassages } from './search.js';
import { languageOf } from './terms.js';
import { hasWord, isAddressed, kindOf, refersBack } from './topic.js';

/**
 * @typedef {import('./knowledge-file.js').KnowledgeFile} KnowledgeFile
 * @typedef {import('./search.js').Hit} Hit
 * @typedef {import('./faq.js').Known} Known
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {import('./product-answer.js').Say} Say
 *
 * @typedef {object} Boundaries what the merchant's configuration says of topics
 * @property {string} [shop] its name
 * @property {string[]} [allowed] words that make a question the shop's business
 * @property {string[]} [refused] words of questions that are not answered
 * @property {Array<{topic: string, words: string[], texts?: Record<string, string>}>} [handover] questions for a person
 *
 * @typedef {'faq' | 'products' | 'passages' | 'unknown' | 'handover' | 'off-topic' | 'small-talk'} AnswerKind
 * @typedef {object} Why for the configurator and the report
 * @property {Array<{id: string, question: string, score: number, cover: number}>} faq
 * @property {Array<{address: string, score: number, cover: number, sentence: string}>} passages
 * @property {string} rule what decided
 *
 * @typedef {object} Decision
 * @property {AnswerKind} kind
 * @property {Part[]} parts what is shown, where no model phrases it
 * @property {string[]} sources ids of known questions, addresses of pages
 * @property {Hit[]} [hits] passages that a model may phrase the answer from
 * @property {string} language
 * @property {Why} why
 */

/** A passage answers a question that stands in it to this share, by weight. Measured in docs/service.md. */
export const ANSWERS = 0.62;
/** A passage that has this much of it is better than products by one word of the question. */
const SURE = 0.8;
/** A known question that is near enough to be offered. */
const NEAR = 0.34;
/** Passages that are shown, or told to a model. */
const PASSAGES = 2;
/** A second passage is shown if it is nearly as good. */
const SECOND = 0.85;

const tidy = (/** @type {number} */ value) => Math.round(value * 100) / 100;

/** @param {Hit} hit @param {number} number @returns {Part} */
const sourcePart = ({ page, passage, sentence }, number) => ({
  type: 'source',
  number,
  title: [page.title, ...(passage.headings ?? [])].join(' › '),
  address: page.address,
  quote: passage.text.length > 420 ? sentence : passage.text,
  sentence,
  ...(passage.place ? { place: passage.place } : {}),
  ...(page.date ? { date: page.date } : {}),
});

/**
 * @param {KnowledgeFile} file @param {Boundaries} boundaries
 */
export async function createDecider(file, boundaries = {}) {
  const [faq, { products, handover: rules }] = await Promise.all([file.faq(), file.extra()]);
  const known = faqMatcher(faq);
  const shop = boundaries.shop || file.directory.site.name;
  const isOfProducts = products && productWords(products);
  const persons = [...(boundaries.handover ?? []), ...rules];

  /**
   * @param {string} question @param {(language: string) => Promise<Say>} words
   * @param {{before?: string | undefined, language?: string | undefined}} [context] the question before it; the page's language
   * @returns {Promise<Decision>}
   */
  return async (question, words, { before, language: page } = {}) => {
    const written = languageOf(question);
    // A Chinese sign may be Japanese, and a word without letters says nothing of a language.
    const language =
      written === 'zh' && page === 'ja'
        ? 'ja'
        : written === 'en' && !/\p{L}/u.test(question)
          ? (page ?? 'en')
          : written;
    const say = await words(language);
    /** @type {Why} */
    const why = { faq: [], passages: [], rule: '' };
    /** @param {AnswerKind} kind @param {string} rule @param {Part[]} parts @param {Partial<Decision>} [more] @returns {Decision} */
    const decided = (kind, rule, parts, more = {}) => ({
      kind,
      parts,
      sources: [],
      language,
      why: { ...why, rule },
      ...more,
    });
    const said = (/** @type {string} */ text) => ({ type: 'text', text });
    const handover = (/** @type {string} */ reason) => ({ type: 'handover', reason });
    const offTopic = (/** @type {string} */ rule) =>
      decided('off-topic', rule, [said(say('offTopic', { shop }))]);

    const kind = kindOf(question);
    if (kind === 'rules') return offTopic('it wants other rules');
    if (kind === 'greeting') return decided('small-talk', kind, [said(say('greetingReply', { shop }))]);
    if (kind === 'thanks') return decided('small-talk', kind, [said(say('thanksReply'))]);
    if (kind === 'machine')
      return decided('small-talk', kind, [said(say('machineReply', { shop })), handover('machine')]);
    if (kind === 'person')
      return decided('handover', 'a person is asked for', [said(say('personReply')), handover('person')]);
    const refused = hasWord(question, boundaries.refused ?? []);
    if (refused) return offTopic(`the site does not speak of “${refused}”`);
    for (const { topic, words: about, texts } of persons) {
      const word = hasWord(question, about);
      if (word)
        return decided('handover', `“${word}”: ${topic}`, [
          said(texts?.[language] ?? say('topicReply')),
          handover(topic),
        ]);
    }

    const whole = before && refersBack(question) ? `${before} ${question}` : question;
    const nearest = known(whole, 3);
    why.faq = nearest.map(({ faq: { id, question: text }, score, cover }) => ({
      id,
      question: text,
      score: tidy(score),
      cover: tidy(cover),
    }));
    /** @param {Known} match @param {string} rule */
    const fromFaq = ({ faq: { id, answer, address, question: asked } }, rule) =>
      decided(
        'faq',
        rule,
        [said(answer), ...(address ? [{ type: 'source', number: 1, title: asked, address }] : [])],
        {
          sources: [id, ...(address ? [address] : [])],
        },
      );
    const [best] = nearest;
    if (best && best.score >= 0.999) return fromFaq(best, 'the known question itself');
    const task = kind === 'task' && !hasWord(question, boundaries.allowed ?? []);
    if (task && !isAddressed(question)) return offTopic('a task that is not the shop’s');
    const isKnown =
      best &&
      ((best.score >= KNOWN && best.cover >= COVERED) ||
        (best.whole >= WHOLE.whole && best.score >= WHOLE.score));
    const fromProducts =
      products && !isKnown ? answerFromProducts(whole, products, language, say) : undefined;
    const asProducts = () => {
      const { parts, rows } = /** @type {import('./product-answer.js').ProductAnswer} */ (fromProducts);
      const column = products?.columns.findIndex(({ name }) => /^(id|sku)$/.test(name)) ?? -1;
      return decided('products', 'attributes of products', parts, {
        sources: rows.map((row) => `product:${products?.rows[row][Math.max(0, column)]}`),
      });
    };
    if (fromProducts?.sure) return asProducts();
    const { hits } = await searchPassages(file, whole, PASSAGES + 1);
    why.passages = hits.map(({ page: { address }, score, cover, sentence }) => ({
      address,
      score: tidy(score),
      cover: tidy(cover),
      sentence,
    }));
    const [top] = hits;
    if (fromProducts && !(top && top.cover >= SURE)) return asProducts();
    const better =
      top &&
      top.page.language === language &&
      top.inside >= ANSWERS &&
      top.inside > (best?.cover ?? 0) + 0.25;
    if (isKnown && !better) return fromFaq(best, 'a known question in other words');
    const plan = products && planOf(question, products);
    // What is asked of one product must stand with that product.
    const enough = plan?.named.length ? SURE : ANSWERS;
    if (top && top.cover >= enough && !(task && top.cover < 0.95)) {
      const shown = hits.filter(({ score }, i) => i === 0 || (i < PASSAGES && score >= SECOND * top.score));
      return decided(
        'passages',
        'passages that have the question’s words',
        [said(say('fromPages')), ...shown.map((hit, i) => sourcePart(hit, i + 1))],
        {
          sources: shown.map(({ page: { address } }) => address),
          hits: hits.filter(({ score }) => score >= 0.6 * top.score).slice(0, PASSAGES),
        },
      );
    }
    if (isKnown) return fromFaq(best, 'a known question in other words');
    const terms = conceptTerms(question);
    const ours =
      isAddressed(question) ||
      hasWord(question, [...(boundaries.allowed ?? []), shop]) !== undefined ||
      isBusiness(terms) ||
      terms.filter(isConcept).length > terms.length / 2 ||
      (isOfProducts?.(question) ?? false) ||
      (products && plan?.asked.some((column) => column !== columnOf(products, 'price'))) ||
      (top?.cover ?? 0) >= 0.4;
    if (task || !ours) return offTopic('nothing of the shop’s business in it');
    const near = nearest.filter(({ score, cover }) => score >= NEAR || cover >= 0.5).slice(0, 2);
    const replies =
      near.length > 0
        ? [
            {
              type: 'replies',
              title: say('perhaps'),
              replies: near.map(({ faq: { question: text } }) => text),
            },
          ]
        : [];
    return decided('unknown', 'nothing in the knowledge has enough of it', [
      said(say('unknown')),
      ...replies,
      handover('unknown'),
    ]);
  };
}
