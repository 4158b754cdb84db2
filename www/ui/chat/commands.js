// What `/` in the message finds. A source is a line here, or registered by whoever has commands; it is asked each time the menu
// opens.

/**
 * @typedef {object} Command
 * @property {string} id one word, typed after the slash
 * @property {string} group its heading
 * @property {string} name
 * @property {string} [about] one sentence
 * @property {readonly string[]} [words] that it is found by, too
 * @property {(rest: string) => unknown} run `rest`: what was typed after its id
 *
 * @typedef {import('../lib/view.js').Ui} Ui
 * @typedef {(ui: Ui) => Promise<readonly Command[]> | readonly Command[]} CommandSource
 */

/** @type {CommandSource[]} */
const SOURCES = [
  async (ui) => (await import('../writing/template-commands.js')).templateCommands(ui),
  pageCommands,
];

/** @param {CommandSource} source */
export function registerCommands(source) {
  SOURCES.push(source);
}

/** What the page itself can do. @param {Ui} ui @returns {Command[]} */
function pageCommands({ app, i18n: { t }, showPanel, focusInput }) {
  const group = t('app');
  const { chat, list } = app.store.get();
  const { id } = chat.conversation;
  const stored = list.some((each) => each.id === id);
  const temporary = () => (app.conversations.start({ temporary: true }), focusInput());
  return [
    { id: 'new', group, name: t('newChat'), run: () => (app.conversations.start(), focusInput()) },
    { id: 'temporary', group, name: t('temporary'), about: t('temporaryHelp'), run: temporary },
    { id: 'find', group, name: t('palette'), run: () => showPanel('palette') },
    ...(stored
      ? [
          { id: 'share', group, name: t('share'), run: () => showPanel('share') },
          { id: 'archive', group, name: t('archive'), run: () => app.conversations.archive(id) },
          { id: 'delete', group, name: t('delete'), run: () => app.conversations.remove(id) },
        ]
      : []),
    { id: 'model', group, name: t('switchModel'), run: () => showPanel('switchModel') },
    { id: 'models', group, name: t('models'), run: () => showPanel('models') },
    { id: 'settings', group, name: t('settings'), run: () => showPanel('settings') },
    { id: 'help', group, name: t('help'), run: () => showPanel('help') },
  ];
}

/** All commands; a source that fails keeps no other from being found. @param {Ui} ui @returns {Promise<Command[]>} */
export async function allCommands(ui) {
  const found = await Promise.allSettled(SOURCES.map(async (source) => source(ui)));
  return found.flatMap((each) => (each.status === 'fulfilled' ? [...each.value] : []));
}

/**
 * The commands that what was typed names, best first: all words of it must be found. Pure.
 * @param {readonly Command[]} commands @param {string} typed without the slash
 * @returns {Array<{command: Command, rest: string}>}
 */
export function matchCommands(commands, typed) {
  const text = typed.toLocaleLowerCase();
  const [first, ...others] = text.split(/\s+/);
  const rest = typed.slice(first.length).trim();
  const exact = commands.find(({ id }) => id === first);
  if (exact && others.length > 0 && rest) return [{ command: exact, rest }];
  const wanted = text.split(/\s+/).filter(Boolean);
  /** @param {Command} command */
  const score = ({ id, name, about = '', words = [], group }) => {
    const title = `${id} ${name}`.toLocaleLowerCase();
    const more = [about, group, ...words].join(' ').toLocaleLowerCase();
    let total = 0;
    for (const word of wanted) {
      if (id.startsWith(word) || name.toLocaleLowerCase().startsWith(word)) total += 3;
      else if (title.includes(word)) total += 2;
      else if (more.includes(word)) total += 1;
      else return 0;
    }
    return total;
  };
  if (wanted.length === 0) return commands.map((command) => ({ command, rest: '' }));
  return commands
    .map((command, i) => ({ command, rest: '', score: score(command), i }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score || a.i - b.i);
}
