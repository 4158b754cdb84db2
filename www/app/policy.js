// The policy of the site, as a guard for answers: read once, when the first question is asked. A broken policy is told
// with its first line and reason, and the default applies.
import { LoquatError } from '../protocol/messages.js';

/**
 * @param {import('./app.js').AppOptions} options
 * @param {import('./app.js').Context['fail']} fail
 * @returns {() => Promise<import('../agent/guard.js').Guard | undefined>} nothing where the site wants none
 */
export function createPolicy({ policy, pkg }, fail) {
  /** @type {Promise<import('../agent/guard.js').Guard | undefined> | undefined} */
  let reading;

  async function read() {
    const given = await policy?.();
    const { guardOf, questionsOnly } = await import('../agent/guard.js');
    const { guard, problems } = await guardOf(given, pkg);
    const [first] = problems;
    if (first) {
      const error = new LoquatError(
        'policy_invalid',
        `Line ${first.line}: ${first.reason}`,
        'Mend the file.',
      );
      fail(error, undefined, 'warning');
    }
    if (given) return guard;
    // A site that wrote a policy gets no answer past it. The one that comes along must not keep a page silent whose module
    // can't be had, as without a network before it was ever loaded.
    try {
      (await guard.watch()).free();
      return questionsOnly(guard); // of harmless answers it would stop too many: docs/safety.md
    } catch (error) {
      console.warn('Nothing is looked at: the module is out of reach.', error);
      reading = undefined; // the next question tries again
      return undefined;
    }
  }

  return async () => {
    if (!policy) return undefined;
    reading ??= read();
    return reading.catch((error) => {
      reading = undefined; // the next question tries again
      throw error;
    });
  };
}
