// Presets of a system prompt with a face and a greeting.

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

/** @param {import('./i18n.js').Translate} t @param {string} id */
export function personaGreeting(t, id) {
  const persona = PERSONAS.find((each) => each.id === id);
  return persona ? `${persona.icon} ${t(persona.greeting)}` : '';
}
