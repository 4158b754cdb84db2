// A site owner's policy at work: the wasm module looks at the question before anything answers it, and at the answer
// sentence by sentence. Nothing leaves the page.
import { openModule } from './modules.js';

/**
 * @typedef {'allow' | 'notice' | 'hand-over' | 'decline'} Action
 * @typedef {{action: Action, category?: string, score: number, text?: string, message: string}} Verdict
 * @typedef {{text: string, stop: boolean}} Released what may be shown; with `stop` the answer ends there
 *
 * @typedef {object} Watch the guard of one question and its answer
 * @property {(question: string) => Promise<Verdict>} check
 * @property {(delta: string) => Promise<Released>} push
 * @property {() => Promise<Released>} finish
 * @property {(material: string) => Promise<string>} [withoutOrders] material for the model, without sentences that give it orders
 * @property {() => unknown} free
 *
 * @typedef {{watch: () => Promise<Watch>}} Guard
 * @typedef {{line: number, code: string, values: Record<string, unknown>, reason: string}} PolicyProblem
 */

/** A policy as text, where it is given as an object. @param {string | object | undefined} policy */
const textOf = (policy) => (typeof policy === 'object' ? JSON.stringify(policy, null, 2) : (policy ?? ''));

/**
 * The guard of a policy; of the default one where none is given.
 * @param {string | object | undefined} policy @param {string} pkg where wasm modules are @returns {Guard}
 */
export function createGuard(policy, pkg) {
  const text = textOf(policy);
  return {
    async watch() {
      const safety = await (await openModule('safety', pkg)).make('Safety', text);
      return {
        check: async (question) => JSON.parse(await safety.call('check', question, 'user')),
        push: async (delta) => JSON.parse(await safety.call('push', delta)),
        finish: async () => JSON.parse(await safety.call('finish')),
        withoutOrders: (material) => safety.call('without_orders', material),
        free: safety.free,
      };
    },
  };
}

/**
 * The guard of a policy that may be broken: then the default applies, and what is wrong is told.
 * @param {string | object | undefined} policy @param {string} pkg
 * @returns {Promise<{guard: Guard, problems: PolicyProblem[]}>}
 */
export async function guardOf(policy, pkg) {
  const text = textOf(policy);
  if (text.trim() === '') return { guard: createGuard('', pkg), problems: [] };
  const problems = JSON.parse(await (await openModule('safety', pkg)).call('validate_policy', text));
  return { guard: createGuard(problems.length > 0 ? '' : text, pkg), problems };
}

/** Looks at what is asked and lets every answer through as it comes. @param {Guard} guard @returns {Guard} */
export const questionsOnly = (guard) => ({
  async watch() {
    const watch = await guard.watch();
    return {
      ...watch,
      push: async (text) => ({ text, stop: false }),
      finish: async () => ({ text: '', stop: false }),
    };
  },
});

/**
 * Scores by category, 0 to 1, and what the policy does.
 * @param {string} text @param {string | object | undefined} policy @param {string} pkg
 * @returns {Promise<{scores: Record<string, number>, verdict: Verdict}>}
 */
export async function moderate(text, policy, pkg) {
  const safety = await (await openModule('safety', pkg)).make('Safety', textOf(policy));
  try {
    const [scores, verdict] = await Promise.all([
      safety.call('scores', text),
      safety.call('check', text, 'user'),
    ]);
    return { scores: JSON.parse(scores), verdict: JSON.parse(verdict) };
  } finally {
    void safety.free();
  }
}
