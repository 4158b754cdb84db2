// One field that finds everything: conversations by their words, commands, and each setting by its name.
import { allCommands } from './commands.js';
import { confirmsInput, h, setChildren, setProps } from '../lib/dom.js';

/**
 * @typedef {import('../lib/fields.js').Key} Key
 * @typedef {{name: string, about?: string, words?: string, run: () => void}} Entry
 * @typedef {{heading: string, entries: Entry[]}} Group
 */

const MOST = 8; // conversations

/** Settings by their words, and where they are. @type {ReadonlyArray<readonly [Key, string]>} */
const SETTINGS = [
  ['theme', 'look'],
  ['textSize', 'look'],
  ['language', 'look'],
  ['model', 'model-choice'],
  ['modelAddress', 'model-choice'],
  ['persona', 'personas'],
  ['system', 'personas'],
  ['memory', 'memory'],
  ['temperature', 'answers'],
  ['maxTokens', 'answers'],
  ['confidence', 'answers'],
  ['import', 'exchange'],
  ['exportAll', 'exchange'],
  ['privacy', 'privacy'],
  ['diagnostics', 'privacy'],
  ['passphrase', 'passphrase'],
  ['erase', 'erase'],
  ['backend', 'advanced'],
  ['contextLength', 'advanced'],
  ['topP', 'advanced'],
  ['topK', 'advanced'],
  ['minP', 'advanced'],
  ['repetition', 'advanced'],
  ['remote', 'advanced'],
];

let nextId = 1;

/** @param {import('../lib/view.js').PanelUi} ui */
export function createPalette(ui) {
  const { app, i18n, showPanel } = ui;
  const { t } = i18n;
  const id = `loquat-palette-${nextId++}`;
  const list = h('div', { id, role: 'listbox', class: 'found', 'aria-label': t('palette') });
  const field = h('input', {
    type: 'text',
    role: 'combobox',
    autofocus: true,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': t('paletteField'),
    'aria-controls': id,
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    placeholder: t('paletteField'),
  });
  /** @type {Entry[]} */
  let shown = [];
  let at = 0;

  /** @param {() => unknown} run */
  const then = (run) => () => {
    showPanel(null);
    run();
  };

  /** @param {string} wanted in lower case @param {string} name */
  const matches = (wanted, name) =>
    wanted.split(/\s+/).every((word) => name.toLocaleLowerCase().includes(word));

  /** @param {string} text @param {string} wanted @returns {Promise<Entry[]>} */
  async function chats(text, wanted) {
    const hits = text ? await app.conversations.search(text).catch(() => new Map()) : new Map();
    return app.store
      .get()
      .list.filter(({ id, title }) => hits.has(id) || matches(wanted, title || t('untitled')))
      .slice(0, MOST)
      .map(({ id, title }) => ({
        name: title || t('untitled'),
        about: hits.get(id) ?? '',
        run: then(() => void app.conversations.open(id).then(ui.focusInput)),
      }));
  }

  /** Those of the `/` menu, asked once. @type {Promise<Entry[]>} */
  const commands = allCommands(ui).then((all) =>
    all
      .filter(({ id }) => id !== 'find')
      .map(({ name, about, words = [], run }) => ({
        name,
        ...(about ? { about } : {}),
        words: words.join(' '),
        run: then(() => void run('')),
      })),
  );

  /** @param {string} wanted @returns {Entry[]} */
  const settings = (wanted) =>
    wanted === ''
      ? []
      : SETTINGS.map(([key, section]) => ({
          name: t(key),
          run: () => showPanel('settings', section),
        })).filter(({ name }) => matches(wanted, name));

  /** @param {number} to */
  function mark(to) {
    const options = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role=option]')]);
    if (options.length === 0) return setProps(field, { 'aria-activedescendant': null });
    at = (to + options.length) % options.length;
    options.forEach((option, i) => setProps(option, { 'aria-selected': String(i === at) }));
    options[at].scrollIntoView({ block: 'nearest' });
    setProps(field, { 'aria-activedescendant': options[at].id });
  }

  async function find() {
    const text = field.value.trim();
    const wanted = text.toLocaleLowerCase();
    const [found] = await Promise.all([chats(text, wanted), commands]);
    if (text !== field.value.trim()) return;
    /** @type {Group[]} */
    const groups = [
      { heading: t('paletteChats'), entries: found },
      {
        heading: t('paletteCommands'),
        entries: (await commands).filter(({ name, about = '', words = '' }) =>
          matches(wanted, `${name} ${about} ${words}`),
        ),
      },
      { heading: t('paletteSettings'), entries: settings(wanted) },
    ];
    shown = groups.flatMap(({ entries }) => entries);
    let index = 0;
    const option = (/** @type {Entry} */ { name, about, run }) =>
      h(
        'div',
        { role: 'option', id: `${id}-${index++}`, 'aria-selected': 'false', onclick: run },
        h('span', { dir: 'auto' }, name),
        about ? h('span', { class: 'note', dir: 'auto' }, about) : null,
      );
    const nodes = groups
      .filter(({ entries }) => entries.length > 0)
      .map(({ heading, entries }) =>
        h(
          'div',
          { role: 'group', 'aria-label': heading },
          h('h3', { 'aria-hidden': 'true' }, heading),
          ...entries.map(option),
        ),
      );
    setChildren(
      list,
      nodes.length > 0 ? nodes : [h('p', { class: 'note', role: 'status' }, t('paletteNothing'))],
    );
    mark(0);
  }

  let finding = find();
  field.addEventListener('input', () => (finding = find()));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      mark(at + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && !confirmsInput(event)) {
      event.preventDefault();
      void finding.then(() => shown[at]?.run()); // of what was typed by now
    }
  });
  return h('div', { class: 'palette' }, field, list);
}
