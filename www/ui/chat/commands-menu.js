// The list over the message field that `/` opens: found by typing, chosen by arrows, Enter, a click or a touch.
import { allCommands, matchCommands } from './commands.js';
import { confirmsInput, h, setProps } from '../lib/dom.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { writingWords } from '../lib/writing-words.js';

let nextId = 1;

/** @param {import('../lib/view.js').Ui} ui @param {HTMLTextAreaElement} field @param {HTMLElement} form */
export function createCommandsMenu(ui, field, form) {
  const id = `loquat-commands-${nextId++}`;
  const list = h('ul', { id, role: 'listbox', class: 'commands', hidden: true, tabindex: '0' });
  const words = writingWords(ui.i18n.language);
  form.prepend(list);
  void adoptSheet(form, new URL('./commands.css', import.meta.url).href).catch(() => {});
  /** @type {ReturnType<typeof matchCommands>} */
  let found = [];
  let at = 0;
  /** @type {Promise<import('./commands.js').Command[]> | undefined} */
  let loading;
  /** Put away by Escape, until the slash is gone. */
  let away = false;

  /** Only a slash at the very beginning, on the first line. */
  const typed = () => (/^\/[^\n/]*$/.test(field.value) ? field.value.slice(1) : undefined);

  function close() {
    list.hidden = true;
    loading = undefined;
    for (const name of ['aria-activedescendant', 'aria-controls', 'aria-autocomplete'])
      field.removeAttribute(name);
  }

  /** @param {number} to */
  function mark(to) {
    at = (to + found.length) % found.length;
    const options = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role=option]')]);
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === at)));
    options[at]?.scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', options[at]?.id ?? '');
  }

  /** @param {number} [which] */
  function choose(which = at) {
    const { command, rest } = found[which];
    field.value = '';
    field.dispatchEvent(new Event('input'));
    close();
    void command.run(rest);
  }

  /** @param {(typeof found)[number]} each @param {number} i */
  function option({ command: { id: name, name: title, about } }, i) {
    return h(
      'li',
      { role: 'option', id: `${id}-${i}`, 'aria-selected': 'false', onclick: () => choose(i) },
      h('span', { class: 'name', dir: 'auto' }, title),
      h('code', null, `/${name}`),
      about ? h('span', { class: 'about', dir: 'auto' }, about) : null,
    );
  }

  async function update() {
    const text = typed();
    if (text === undefined) {
      away = false;
      return close();
    }
    if (away) return;
    const [commands, { w }] = await Promise.all([(loading ??= allCommands(ui)), words]);
    if (typed() !== text) return;
    found = matchCommands(commands, text);
    // What begins like a command and is none is a message.
    if (found.length === 0) return close();
    /** @type {HTMLElement[]} */
    const rows = [];
    let group = '';
    found.forEach((each, i) => {
      if (each.command.group !== group && text === '')
        rows.push(h('li', { role: 'presentation', class: 'group' }, (group = each.command.group)));
      rows.push(option(each, i));
    });
    list.replaceChildren(...rows);
    setProps(list, { 'aria-label': w('commands') });
    list.hidden = false;
    field.setAttribute('aria-controls', id);
    field.setAttribute('aria-autocomplete', 'list');
    mark(0);
    ui.announce(w('commandsFound', { n: found.length }));
  }

  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus

  return {
    update: () => void update(),
    /** Keys of the menu. @param {KeyboardEvent} event @returns {boolean} whether it took this one */
    key(event) {
      if (list.hidden || confirmsInput(event) || event.shiftKey) return false;
      const { key } = event;
      if (key === 'ArrowDown' || key === 'ArrowUp') mark(at + (key === 'ArrowDown' ? 1 : -1));
      else if (key === 'Enter' || key === 'Tab') choose();
      else if (key === 'Escape') {
        away = true;
        close();
      } else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
