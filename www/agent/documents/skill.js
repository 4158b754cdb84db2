// The skill that answers from the documents, while there are any. Long work (a summary) shows how far it has got; what the
// model has said for it is kept, so that it goes on after a stop or a reload.
import { mapsReadFrom } from '../maps/documents.js';
import { registerSkill } from '../skills.js';
import { named } from './named.js';

/** @typedef {ReturnType<typeof import('./library.js').createLibrary>} Library */
/** @typedef {import('./library.js').Attached} Attached */

/** @param {Library} library @param {() => readonly Attached[]} attached @returns {import('../skills.js').Skill} */
export const documentsSkill = (library, attached) => ({
  name: 'documents',
  wants: () => attached().length > 0,
  async start({ text, messages, model }) {
    const documents = named(text, attached());
    const [all, work] = await Promise.all([
      library.collection(documents),
      library.work(documents, model.name),
    ]);
    const questions = messages.filter(({ role }) => role === 'user');
    const vector = await library.vector(all, text);
    await all.call('ask', text, questions[questions.length - 2]?.content, vector);
    /** The step of long work that the model is at. @type {Extract<import('../skills.js').Step, {type: 'ask'}> | undefined} */
    let at;
    return {
      async next(reply) {
        if (at && reply !== undefined) await work.keep(at.messages, reply);
        /** @type {import('../skills.js').Step} */
        let step = JSON.parse(await all.call('next', reply));
        for (at = undefined; step.type === 'ask' && step.draft?.length;) {
          const known = await work.get(step.messages);
          if (known === undefined) {
            at = step;
            break;
          }
          step = JSON.parse(await all.call('next', known));
        }
        return step;
      },
      draft: () => at?.draft,
    };
  },
});

/** @param {Library} library @param {() => readonly Attached[]} attached */
export function registerDocuments(library, attached) {
  mapsReadFrom({ attached, passages: library.passages });
  registerSkill(documentsSkill(library, attached));
}
