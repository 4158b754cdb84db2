// Choosing a persona, and making, changing and deleting one's own. A persona is a system prompt with a face and a greeting.
import { newId } from '../../app/chat-tree.js';
import { DEFAULTS } from '../../app/settings.js';
import { h, setChildren } from '../lib/dom.js';
import { row, select } from '../lib/fields.js';
import { allPersonas } from './personas.js';

/** @typedef {import('../../app/settings.js').Persona} Persona */

/** @param {import('../lib/view.js').PanelUi} ui */
export function createPersonaSettings({ app, i18n: { t } }) {
  const settings = app.settings; // of the open conversation
  const own = () => settings().personas;
  const chosen = () => allPersonas(t, own()).find(({ id }) => id === settings().persona);
  const system = h('textarea', { rows: 3 });
  system.addEventListener('change', () => {
    const text = system.value.trim();
    app.change({ system: text === t('systemStandard') ? DEFAULTS.system : text });
  });
  const place = h('div', { class: 'setting-place' });
  const said = h('p', { class: 'note', role: 'status' });
  const tools = h('div', { class: 'row' });
  const root = h(
    'fieldset',
    { class: 'personas' },
    h('legend', null, t('persona')),
    place,
    tools,
    said,
    row(t, 'system', system, 'systemHelp'),
  );

  /** @param {string} label @param {() => void} onclick @param {string} [kind] */
  const button = (label, onclick, kind = 'quiet') =>
    h('button', { type: 'button', class: kind, onclick }, label);

  /** Its prompt becomes the system prompt. @param {string} id */
  function choose(id) {
    const persona = allPersonas(t, own()).find((each) => each.id === id);
    app.change({ persona: persona ? id : '', system: persona ? persona.prompt : DEFAULTS.system });
  }

  /** @param {Persona} persona */
  function save(persona) {
    const known = own().some(({ id }) => id === persona.id);
    app.change({
      personas: known ? own().map((each) => (each.id === persona.id ? persona : each)) : [...own(), persona],
    });
    choose(persona.id);
    draw();
  }

  /** @param {Persona} persona */
  function remove(persona) {
    const before = own();
    app.change({ personas: before.filter(({ id }) => id !== persona.id) });
    choose('');
    draw();
    const undo = () => {
      app.change({ personas: before });
      choose(persona.id);
      draw();
    };
    setChildren(said, [
      document.createTextNode(`${t('deleted', { title: persona.name })} `),
      button(t('undo'), undo),
    ]);
  }

  /** @param {Persona} from */
  function edit(from) {
    const field = (/** @type {string} */ value, /** @type {number} */ maxlength) => {
      const input = h('input', { type: 'text', maxlength, autocomplete: 'off' });
      input.value = value;
      return input;
    };
    const icon = field(from.icon, 8);
    const name = field(from.name, 60);
    const greeting = field(from.greeting, 200);
    const prompt = h('textarea', { rows: 4 });
    name.required = true;
    prompt.value = from.prompt;
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const texts = { icon: icon.value, name: name.value, greeting: greeting.value, prompt: prompt.value };
      const trimmed = Object.entries(texts).map(([key, text]) => [key, text.trim()]);
      const persona = /** @type {Persona} */ ({ id: from.id, ...Object.fromEntries(trimmed) });
      if (persona.name) save(persona);
      else name.focus();
    };
    const form = h(
      'form',
      { class: 'persona-editor', onsubmit: submit },
      row(t, 'personaIcon', icon),
      row(t, 'personaName', name),
      row(t, 'personaGreeting', greeting),
      row(t, 'personaPrompt', prompt),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'submit', class: 'primary' }, t('personaSave')),
        button(t('cancel'), draw),
      ),
    );
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault(); // or the panel would close
      draw();
    });
    setChildren(tools, []);
    setChildren(said, []);
    setChildren(place, [form]);
    name.focus();
  }

  function draw() {
    const options = allPersonas(t, own()).map(
      ({ id, icon, name }) => /** @type {[string, string]} */ ([id, `${icon} ${name}`.trim()]),
    );
    const list = select(settings().persona, [['', t('personaNone')], ...options], (id) => {
      choose(id);
      draw();
    });
    const focused = place.contains(document.activeElement);
    setChildren(place, [row(t, 'persona', list)]);
    if (focused) list.focus();
    const current = chosen();
    const fresh = () => ({ id: newId(), icon: '🙂', name: '', greeting: '', prompt: '' });
    setChildren(tools, [
      button(t('personaNew'), () => edit(fresh())),
      ...(current?.own
        ? [button(t('personaEdit'), () => edit(current)), button(t('personaDelete'), () => remove(current))]
        : current
          ? [button(t('personaCopy'), () => edit({ ...current, id: newId() }))]
          : []),
    ]);
    setChildren(said, []);
    system.value = settings().system === DEFAULTS.system ? t('systemStandard') : settings().system;
  }

  draw();
  return root;
}
