// Presets of a system prompt with a face and a greeting: the page's, and those that the person made.

/** @typedef {import('./i18n.js').Key} Key */

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

/** @typedef {import('../state/settings.js').Persona} Persona */

/**
 * All presets in the person's language, their own after the page's.
 * @param {import('./i18n.js').Translate} t @param {readonly Persona[]} own @returns {Array<Persona & {own: boolean}>}
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

/** @param {import('./i18n.js').Translate} t @param {readonly Persona[]} own @param {string} id */
export function personaGreeting(t, own, id) {
  const persona = allPersonas(t, own).find((each) => each.id === id);
  return persona ? `${persona.icon} ${persona.greeting || persona.name}`.trim() : '';
}

/** What one of the page's presets tells the model. @param {import('./i18n.js').Translate} t @param {string} id */
export function personaPrompt(t, id) {
  return allPersonas(t, []).find((each) => each.id === id)?.prompt;
}
