// The configurator: a page without a server. The merchant fills in, sees the widget beside it, asks it, sees why it answered
// so, and takes the line and the JSON along.
import '../element.js';
import { faqCandidates } from '../../app/exchange/preference-file.js';
import { readConfig } from '../../service/config-file.js';
import { createService } from '../../service/service.js';
import { clusters } from '../../service/unanswered.js';
import { copyText } from '../../ui/lib/copy.js';
import { download } from '../../ui/lib/download.js';
import { h } from '../../ui/lib/dom.js';
import { loadLanguage, pickLanguage, withWords } from '../../ui/lib/i18n.js';
import { FIELDS } from './fields.js';

/** @typedef {import('../../service/config.js').ServiceConfig} ServiceConfig */

const KEPT = 'loquat-configurator';
/** Changes come while somebody types. */
const PAUSE = 600; // ms

const language = pickLanguage('auto', navigator.languages);
const { t } = await withWords(await loadLanguage(language), 'configurator');
document.documentElement.lang = language;
document.title = `${t('configurator')} – Loquat`;

/** @type {ServiceConfig} */
let config = { version: 1, rating: true };
/** A knowledge file of this device, in place of the address. @type {File | undefined} */
let local;

/** @returns {string} */
const source = () => JSON.stringify(config, null, 2);

function restore() {
  try {
    const before = JSON.parse(localStorage.getItem(KEPT) ?? '');
    if (before?.version === 1) config = before;
  } catch {
    // Nothing was kept, or nothing can be.
  }
}

/** @param {() => void} run */
function later(run) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, PAUSE);
  };
}

const problems = h('p', { role: 'alert' });
const code = h('textarea', { class: 'code', rows: 18, spellcheck: 'false', 'aria-label': t('json') });
const place = h('div', null);
const line = h('pre', { tabindex: 0, 'aria-label': t('line') });
const why = h('div', { 'aria-live': 'polite' });
/** @type {Array<() => void>} */
const readers = [];

/** @param {import('./fields.js').FieldRow} field */
function inputOf(field) {
  const { key, kind, choices = [], get, set } = field;
  const words = t(/** @type {any} */ (`field_${key}`));
  const input =
    kind === 'lines'
      ? h('textarea', { rows: 3 })
      : kind === 'choice'
        ? h(
            'select',
            null,
            ...choices.map((each) => h('option', { value: each }, t(/** @type {any} */ (`tone_${each}`)))),
          )
        : h('input', {
            type: kind === 'check' ? 'checkbox' : kind === 'number' ? 'number' : 'text',
            ...(kind === 'number' ? { min: 0, max: 3650 } : {}),
          });
  readers.push(() => {
    const value = get(config);
    if (input instanceof HTMLInputElement && input.type === 'checkbox') input.checked = value === true;
    else input.value = String(value);
  });
  input.addEventListener('input', () => {
    set(config, input instanceof HTMLInputElement && input.type === 'checkbox' ? input.checked : input.value);
    changed();
  });
  return kind === 'check'
    ? h('label', { class: 'check' }, input, h('span', null, words))
    : h('label', null, h('span', null, words), input);
}

const draw = later(() => {
  const chat = document.createElement('loquat-chat');
  // Nothing of the preview is kept.
  /** @type {any} */ (chat).options = {
    config,
    ...(local ? { knowledgeFile: local } : {}),
    history: false,
    id: 'preview',
  };
  place.replaceChildren(chat);
});

async function show() {
  line.textContent = `<script async src="/loquat/widget.js" data-config="/service.json"></script>`;
  const { problems: found } = await readConfig(code.value);
  problems.textContent = found
    .map(({ line: number, reason }) => t('problem', { line: number, reason }))
    .join('\n');
  try {
    localStorage.setItem(KEPT, source());
  } catch {
    // It lasts as long as the page.
  }
}

function changed() {
  code.value = source();
  void show();
  draw();
}

code.addEventListener(
  'input',
  later(async () => {
    const { config: read, problems: found } = await readConfig(code.value);
    problems.textContent = found
      .map(({ line: number, reason }) => t('problem', { line: number, reason }))
      .join('\n');
    if (found.length > 0) return;
    config = read;
    for (const reader of readers) reader();
    draw();
  }),
);

/** @param {string} question */
async function tryQuestion(question) {
  const knowledge = local ?? (config.knowledge && new URL(config.knowledge, document.baseURI).href);
  if (!knowledge) return void why.replaceChildren(h('p', null, t('noKnowledge')));
  try {
    const service = createService({ knowledge, config, language });
    const decision = await service.decide(question);
    if (!decision) return;
    const { kind, parts, why: reasons } = decision;
    const said = parts
      .map(
        (/** @type {any} */ part) =>
          part.text ?? part.quote ?? part.items?.map((/** @type {any} */ item) => item.name).join(', ') ?? '',
      )
      .filter(Boolean);
    const rows = [
      [t('kind'), t(/** @type {any} */ (`kind_${kind.replace('-', '_')}`))],
      [t('rule'), reasons.rule],
      [t('answer'), said.join(' ')],
      ...reasons.faq.map(({ question: known, score, cover }) => [
        t('knownQuestion'),
        `${known} (${score}; ${t('covers', { share: Math.round(cover * 100) })})`,
      ]),
      ...reasons.passages.map(({ address, sentence, score, cover }) => [
        t('passage'),
        `${address}: ${sentence} (${score}; ${t('covers', { share: Math.round(cover * 100) })})`,
      ]),
    ];
    why.replaceChildren(
      h('dl', null, ...rows.flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
    );
  } catch (error) {
    const { message, remedy = '' } = /** @type {Error & {remedy?: string}} */ (error);
    why.replaceChildren(h('p', { role: 'alert' }, `${message} ${remedy}`));
  }
}

function questionForm() {
  const input = h('input', { type: 'text', required: true, 'aria-label': t('tryQuestion') });
  const form = h(
    'form',
    null,
    h('label', null, h('span', null, t('tryQuestion')), input),
    h('div', { class: 'row' }, h('button', { type: 'submit' }, t('ask'))),
    why,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void tryQuestion(input.value);
  });
  return form;
}

function knowledgeFile() {
  const input = h('input', { type: 'file', accept: '.loquat' });
  input.addEventListener('change', () => {
    [local] = input.files ?? [];
    draw();
  });
  return h('label', null, h('span', null, t('localKnowledge')), input);
}

/** What exported ratings say: questions that the knowledge lacks, and corrections. */
function reportSection() {
  const input = h('input', { type: 'file', accept: '.json', multiple: true });
  const out = h('div', { 'aria-live': 'polite' });
  input.addEventListener('change', async () => {
    try {
      const texts = await Promise.all([...(input.files ?? [])].map((file) => file.text()));
      /** @type {import('../../app/feedback.js').Rating[]} */
      const ratings = texts.flatMap((text) => JSON.parse(text));
      const lacking = ratings
        .filter(({ unanswered, good }) => unanswered || !good)
        .map(({ question }) => question);
      const candidates = faqCandidates(ratings);
      out.replaceChildren(
        h('p', null, t('ratingsRead', { n: ratings.length })),
        h(
          'ul',
          null,
          ...clusters(lacking).map(({ about, questions }) =>
            h(
              'li',
              null,
              h('strong', null, `${about || '–'} (${questions.length})`),
              ` ${questions.slice(0, 5).join(' · ')}`,
            ),
          ),
        ),
        ...(candidates.length > 0
          ? [
              h('p', null, t('candidates', { n: candidates.length })),
              h(
                'ul',
                null,
                ...candidates.map(({ question, answer }) =>
                  h('li', null, h('strong', null, question), ` ${answer}`),
                ),
              ),
              h(
                'button',
                {
                  type: 'button',
                  onclick: () =>
                    download('faq.json', 'application/json', JSON.stringify(candidates, null, 2)),
                },
                t('takeCandidates'),
              ),
            ]
          : []),
      );
    } catch {
      out.replaceChildren(h('p', { role: 'alert' }, t('noRatings')));
    }
  });
  return h(
    'section',
    null,
    h('h2', null, t('lacking')),
    h('p', { class: 'note' }, t('lackingNote')),
    h('label', null, h('span', null, t('ratingsFile')), input),
    out,
  );
}

/** @param {string} words @param {() => string} text */
function copyButton(words, text) {
  const button = h('button', { type: 'button' }, words);
  button.addEventListener('click', async () => {
    await copyText(text(), button);
    button.textContent = t('copied');
    setTimeout(() => (button.textContent = words), 1500);
  });
  return button;
}

restore();
document.getElementById('configurator')?.append(
  h('header', null, h('h1', null, t('configurator')), h('p', { class: 'note' }, t('configuratorNote'))),
  h(
    'div',
    null,
    h('section', null, h('h2', null, t('settingsOf')), ...FIELDS.map(inputOf), knowledgeFile()),
    h(
      'section',
      null,
      h('h2', null, t('take')),
      line,
      h(
        'div',
        { class: 'row' },
        copyButton(t('copyLine'), () => line.textContent ?? ''),
        copyButton(t('copyJson'), source),
        h(
          'button',
          { type: 'button', onclick: () => download('service.json', 'application/json', source()) },
          t('saveJson'),
        ),
      ),
      code,
      problems,
    ),
    reportSection(),
  ),
  h('div', null, h('div', { class: 'preview' }, h('h2', null, t('preview')), place, questionForm())),
);
for (const reader of readers) reader();
changed();
