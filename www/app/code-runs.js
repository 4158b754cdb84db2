// Programs in answers: run, what they wrote kept beside the answer, and a program that failed given back to the model with
// its error. Loaded with the first program that is run.
import { runJavaScript, runPython } from '../agent/code/run.js';
import { examplesOf, withExamples } from '../agent/code/examples.js';
import { codeOf, failureOf, LANGUAGES } from '../agent/code/failure.js';
import { anewAt, ROUNDS } from '../agent/code/retry.js';
import { splitReasoning } from '../agent/thoughts.js';
import { LoquatError } from '../protocol/messages.js';
import { loadCatalog } from '../weights/sources/catalog.js';
import { shownPath } from './chat-tree.js';

/**
 * @typedef {import('../protocol/parts.js').Part} Part
 * @typedef {import('../protocol/parts.js').RunPart} RunPart
 * @typedef {import('./chat-tree.js').Message} Message
 * @typedef {import('../agent/code/run.js').Language} Language
 */

/** @param {readonly Part[]} parts */
const runsOf = (parts) => /** @type {RunPart[]} */ (parts.filter(({ type }) => type === 'run'));

/** An answer's parts with what its program wrote: behind all else, in the order of the programs. @param {Message} message @param {RunPart} run @returns {Part[]} */
export function withRun({ text, parts }, run) {
  const split = splitReasoning(text);
  const thought = split.thought ? [{ type: 'thought', text: split.thought }] : [];
  const before = parts ?? [...thought, { type: 'text', text: split.text }];
  const runs = runsOf(before).filter(({ block }) => block !== run.block);
  const all = [...runs, run].sort((a, b) => (a.block ?? 0) - (b.block ?? 0));
  return [...before.filter(({ type }) => type !== 'run'), ...all];
}

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./part-edits.js').createPartEdits>} edits
 * @param {{send: (text: string) => Promise<unknown>, regenerate: (id: string, sampling: {temperature: number}) => Promise<unknown>}} asks of the model; each resolves when it has answered
 * @param {(source: string, language: Language, options: import('../agent/code/run.js').Options) => Promise<RunPart>} [execute]
 */
export function createCodeRuns({ store, options }, edits, { send, regenerate }, execute) {
  /** @type {Promise<string | undefined> | undefined} */
  let listed;
  /** Where the operator has put Python, by the catalog; most have not. */
  const pythonFiles = () =>
    (listed ??= loadCatalog(new URL('catalog.json', options.base)).then(
      ({ python }) => python && new URL(python.url, options.base).href,
      () => (listed = undefined), // out of reach: asked again the next time
    ));

  /** @param {string} source @param {Language} language @param {import('../agent/code/run.js').Options} how */
  async function inWorker(source, language, how) {
    if (language !== 'python') return runJavaScript(source, { ...how, pkg: options.pkg });
    const files = await pythonFiles();
    if (!files)
      throw new LoquatError('module_missing', 'This site has no Python.', 'Its operator can add it.');
    return runPython(source, files, how);
  }

  /** The run that was asked for last, so that its part can take the focus. @type {RunPart | undefined} */
  let fresh;
  /** The repair under way: its message by now, and its round. @type {{conversation: string, round: number, stopped: boolean} | undefined} */
  let repairing;

  const last = () => shownPath(store.get().chat).pop();

  /** Those of the question that an answer is to, or of one before it. @param {string} id of the answer */
  function examplesFor(id) {
    const { messages } = store.get().chat;
    for (let at = messages[id]; at; at = messages[at.parent ?? '']) {
      const examples = at.role === 'user' ? examplesOf(at.text) : [];
      if (examples.length > 0) return examples;
    }
    return [];
  }

  /**
   * @param {string} id of the answer @param {number} block which of its code blocks @param {string} source @param {Language} language
   * @param {AbortSignal} [signal] ends the program @returns {Promise<RunPart>}
   */
  async function run(id, block, source, language, signal) {
    const tried = withExamples(language, source, examplesFor(id));
    const made = await (execute ?? inWorker)(tried, language, signal ? { signal } : {});
    const part = { ...made, block };
    // The trial stands behind the program: a line there says nothing to anyone.
    if (part.error?.line && part.error.line > source.split('\n').length)
      part.error = { name: part.error.name, message: part.error.message };
    fresh = part;
    const message = store.get().chat.messages[id];
    if (message) await edits.setParts(message, withRun(message, part));
    return part;
  }

  return {
    run,
    /** Whether programs of a language can be run here. @param {Language} language */
    has: async (language) => language === 'javascript' || (await pythonFiles()) !== undefined,
    /** Whether a part is that of the program that was run last; asked once. @param {RunPart} part */
    isFresh(part) {
      if (part !== fresh) return false;
      fresh = undefined;
      return true;
    },
    /** The round of a repair that is under way in this conversation. */
    get round() {
      return repairing?.conversation === store.get().chat.conversation.id ? repairing.round : 0;
    },
    /** Ends a repair; the answer that is being written is ended by who writes it. */
    stop() {
      if (repairing) repairing.stopped = true;
    },
    /**
     * Sends a program's error to the model and runs what it answers; while that fails, has the question answered anew, beside
     * the first answer: three times at most in all.
     * Ends when the person stops an answer, says something else or goes to another conversation.
     * @param {RunPart} failed @param {(failure: string) => string} ask the question, in the person's language
     */
    async repair(failed, ask) {
      const { id: conversation } = store.get().chat.conversation;
      const mine = { conversation, round: 0, stopped: false };
      const first = shownPath(store.get().chat).find(({ parts }) => parts?.includes(failed));
      repairing = mine;
      try {
        for (let part = failed; part.ended !== 'done' && mine.round < ROUNDS;) {
          mine.round += 1;
          const before = last()?.id;
          const temperature = anewAt(mine.round);
          if (first && temperature !== undefined) await regenerate(first.id, { temperature });
          else await send(ask(failureOf(part)));
          const answer = last();
          const here = store.get().chat.conversation.id === conversation;
          if (!here || mine.stopped || !answer || answer.id === before || answer.status !== 'done') return;
          const language = /** @type {Language} */ (part.language);
          const found = codeOf(answer.text, LANGUAGES[language]);
          if (!found) return;
          part = await run(answer.id, found.block, found.code, language);
          if (mine.stopped) return;
        }
      } finally {
        if (repairing === mine) repairing = undefined;
      }
    },
  };
}
