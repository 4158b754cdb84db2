// Collects what is wrong with a file of templates, each problem with the place where it stands. Pure.
import { namesIn, parseBody } from './body.js';

/** @typedef {import('./template.js').Problem} Problem */

/** Characters of a text in a template, entries of a list: more is no template. */
const LONGEST = 8000;
const MOST = 60;

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} path @param {string} code @param {Problem['values']} values @returns {Problem} */
export const problem = (path, code, values) => ({ path, code, values });

/** Collects what is wrong, with where. */
export class Check {
  /** @type {Problem[]} */
  problems = [];
  /** Names that entries of lists have in this template. @type {Set<string>} */
  entry = new Set();

  /** @param {string} path @param {string} code @param {Problem['values']} [values] */
  say(path, code, values = {}) {
    this.problems.push({ path, code, values });
  }

  /** @param {any} from @param {string} path @param {string} key @param {{needed?: boolean, longest?: number}} [how] @returns {string} */
  text(from, path, key, { needed = false, longest = LONGEST } = {}) {
    const value = from[key];
    if (value === undefined && !needed) return '';
    if (typeof value !== 'string' || (needed && value.trim() === ''))
      this.say(`${path}/${key}`, 'needs_text');
    else if (value.length > longest) this.say(`${path}/${key}`, 'too_long', { most: longest });
    else return value;
    return '';
  }

  /** @param {any} from @param {string} path @param {string} key @param {readonly string[]} known @param {boolean} [needed] */
  oneOf(from, path, key, known, needed = true) {
    if (from[key] === undefined && !needed) return;
    if (!known.includes(from[key])) this.say(`${path}/${key}`, 'one_of', { known: known.join(', ') });
  }

  /** @param {any} from @param {string} path @param {string} key */
  range(from, path, key) {
    const value = from[key];
    if (value === undefined || (key === 'count' && typeof value === 'string')) return;
    const whole =
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((n) => Number.isInteger(n) && n >= 0 && n <= 100_000);
    if (!whole || value[0] > value[1]) this.say(`${path}/${key}`, 'needs_range');
  }

  /** @param {any} from @param {string} path @param {string} key @param {boolean} [needed] @returns {any[]} */
  list(from, path, key, needed = false) {
    const value = from[key];
    if (value === undefined && !needed) return [];
    if (!Array.isArray(value)) this.say(`${path}/${key}`, 'needs_list');
    else if (value.length > MOST) this.say(`${path}/${key}`, 'too_many', { most: MOST });
    else return value;
    return [];
  }

  /** @param {any} from @param {string} path @param {string} key @returns {Array<[string, any]>} */
  entries(from, path, key) {
    const value = from[key];
    if (value === undefined) return [];
    if (!isObject(value)) this.say(`${path}/${key}`, 'needs_object');
    else if (Object.keys(value).length > MOST) this.say(`${path}/${key}`, 'too_many', { most: MOST });
    else return Object.entries(value);
    return [];
  }

  /** A text with places: all of them must mean something; entries of derived lists have names of their own. @param {string} text @param {string} path @param {ReadonlySet<string>} known */
  body(text, path, known) {
    try {
      for (const name of namesIn(parseBody(text)))
        if (!known.has(name) && !this.entry.has(name)) this.say(path, 'unknown_place', { name });
    } catch (error) {
      this.say(path, 'broken_section', {
        name: String(/** @type {{section?: unknown}} */ (error).section ?? ''),
      });
    }
  }
}
