// The templates as commands of the `/` menu, and the way to the list of them.
import { GROUPS } from '../../agent/writing/template.js';
import { allTemplates } from './library.js';
import { writingWords } from '../lib/writing-words.js';

/** @param {import('../lib/view.js').Ui} ui @returns {Promise<import('../chat/commands.js').Command[]>} */
export async function templateCommands(ui) {
  const { language } = ui.i18n;
  const [{ w, has }, templates] = await Promise.all([writingWords(language), allTemplates(language)]);
  /** Own ones last, the others by the kind of text. @param {(typeof templates)[number]} template */
  const place = ({ from, group = 'own' }) => GROUPS.indexOf(from === 'own' ? 'own' : group);
  const commands = [...templates]
    .sort((a, b) => place(a) - place(b))
    .map((template) => {
      const { id, group = 'own', name, about, words = [], fields, from: _, ...rest } = template;
      const heading = `group_${template.from === 'own' ? 'own' : group}`;
      return {
        id,
        group: has(heading) ? w(heading) : group,
        name,
        ...(about ? { about } : {}),
        words,
        /** What was typed after the command goes into the first field that takes long texts. @param {string} typed */
        run(typed) {
          const into = fields.find(({ kind }) => kind === 'long' || kind === 'text') ?? fields[0];
          const values = typed && into ? { [into.id]: typed } : {};
          ui.write({
            template: { ...rest, id, group, name, ...(about ? { about } : {}), words, fields },
            values,
          });
        },
      };
    });
  const list = {
    id: 'templates',
    group: w('group_own'),
    name: w('templates'),
    about: w('templatesAbout'),
    run: () => ui.write({ templates: true }),
  };
  return [...commands, list];
}
