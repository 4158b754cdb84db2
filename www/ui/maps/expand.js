// What the model would add to a node of a map: asked with the path to it, beside the conversation, and under a grammar.
import { listGrammar, tokensFor } from '../../agent/maps/grammar.js';
import { parseOutline, sameWords } from '../../agent/maps/outline.js';
import { expandPrompt } from '../../agent/maps/prompts.js';
import { mapLanguage } from '../../agent/maps/request.js';

const MOST_NEW = 5;

/**
 * Labels that stand neither on the path nor near the node yet.
 * @param {import('../lib/view.js').Ui['app']} app @param {string} message that holds the map
 * @param {{path: string[], children: string[], near: string[]}} node labels: from the root to it, below it, around it
 * @param {AbortSignal} signal @param {(labels: string[]) => void} onLabels those that are whole, as they come
 */
export async function moreLabels(app, message, { path, children, near }, signal, onLabels) {
  const language = mapLanguage(path.join(' '));
  const known = new Set([...path, ...near].map(sameWords));
  /** @param {string} text whole lines */
  const labelsOf = (text) => {
    const seen = new Set(known);
    return parseOutline(text)
      .map(({ label }) => label)
      .filter((each) => !seen.has(sameWords(each)) && seen.add(sameWords(each)));
  };
  const request = {
    messages: expandPrompt(language, path, children),
    constraint: { type: /** @type {const} */ ('lark'), grammar: listGrammar(language, [3, MOST_NEW]) },
    max_tokens: tokensFor(MOST_NEW),
    temperature: 0,
  };
  const edits = await app.answers.edits();
  const text = await edits.aside(message, request, {
    signal,
    onText: (so) => onLabels(labelsOf(so.slice(0, so.lastIndexOf('\n') + 1))),
  });
  return labelsOf(text);
}
