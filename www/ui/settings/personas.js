// Presets of a system prompt with a face and a greeting: the page's, and those that the person made.

/** @typedef {keyof import('../../locales/tables.js').Panels} Key */
/** @typedef {import('../lib/i18n.js').I18nWith<'panels'>['t']} Translate */

/** @type {ReadonlyArray<{id: string, icon: string, name: Key, prompt: Key, greeting: Key}>} */
export const PERSONAS = [
  {
    id: 'tutor',
    icon: '🎓',
    name: 'personaTutor',
    prompt: 'personaTutorPrompt',
    greeting: 'personaTutorGreeting',
  },
  {
    id: 'editor',
    icon: '✍️',
    name: 'personaEditor',
    prompt: 'personaEditorPrompt',
    greeting: 'personaEditorGreeting',
  },
  {
    id: 'coder',
    icon: '💻',
    name: 'personaCoder',
    prompt: 'personaCoderPrompt',
    greeting: 'personaCoderGreeting',
  },
  {
    id: 'terse',
    icon: '🤏',
    name: 'personaTerse',
    prompt: 'personaTersePrompt',
    greeting: 'personaTerseGreeting',
  },
];

/** @typedef {import('../../app/settings.js').Persona} Persona */

/**
 * All presets in the person's language, their own after the page's.
 * @param {Translate} t @param {readonly Persona[]} own @returns {Array<Persona & {own: boolean}>}
 */
export function allPersonas(t, own) {
  const given = PERSONAS.map(({ id, icon, name, prompt, greeting }) => ({
    id,
    icon,
    name: t(name),
    prompt: t(prompt),
    greeting: t(greeting),
    own: false,
  }));
  return [...given, ...own.map((persona) => ({ ...persona, own: true }))];
}
