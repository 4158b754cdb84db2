// The persona that answers, by its id. The page's presets and their words are loaded when one of them is wanted.
import { withWords } from '../lib/i18n.js';

/** @typedef {import('../../app/settings.js').Persona} Persona */

/** @param {Persona} persona */
export const greetingOf = ({ icon, greeting, name }) => `${icon} ${greeting || name}`.trim();

/** The page's presets. @param {import('../lib/i18n.js').I18n} i18n @returns {Promise<Persona[]>} */
export async function presets(i18n) {
  const [{ allPersonas }, { t }] = await Promise.all([import('./personas.js'), withWords(i18n, 'panels')]);
  return allPersonas(t, []);
}

/**
 * @param {import('../lib/i18n.js').I18n} i18n @param {() => void} arrived draws again, when the presets have come
 * @returns {(own: readonly Persona[], id: string) => Persona | undefined}
 */
export function personaFinder(i18n, arrived) {
  /** @type {Persona[] | undefined} */
  let given;
  let loading = false;
  return (own, id) => {
    const mine = [...own, ...(given ?? [])].find((each) => each.id === id);
    if (mine || id === '' || given || loading) return mine;
    loading = true;
    presets(i18n).then(
      (made) => {
        given = made;
        arrived();
      },
      () => (loading = false),
    );
    return undefined;
  };
}
