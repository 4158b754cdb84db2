// The skills of the module `numbers`: what is computed, what can't be known, and premises that can't be. Each is asked
// only where the words of the question give reason to.
import { moduleSkill } from './modules.js';

/** @typedef {import('./skills.js').Skill} Skill */

/** Questions longer than this bring a text of their own, whose numbers are not to be computed. */
const LONGEST = 2000; // characters

/** A number in some form, or a word that asks for one. */
const NUMBERS =
  /\p{N}|[零〇一二三四五六七八九十百千万两半几]|多少|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|twice|double|how (?:many|much|long|old|far|fast)|percent|sum|average|convert|letters?)\b/iu;

/** The program itself, the date, later events, doubt. */
const TRUTH =
  /\b(?:you|your|today|tonight|tomorrow|now|current|currently|latest|newest|recent|recently|next|upcoming|will|(?:19|20|21)\d\d|sure|wrong|incorrect|mistake)\b|[你您]|今[天年日晚]|明[天年日]|现在|目前|最新|最近|下[一届次个]|将|会|\d{4}\s*年|确定|不对|错|本当|違|今日|最新|次の/iu;

/** Questions that take something for granted. */
const CLAIMS =
  /\p{N}|\b(?:why|when|how|which|who|what|where|since)\b|为[什何]|怎[么样]|什么|何时|哪|多少|几|谁|既然|なぜ|いつ|どう/iu;

/** @type {Skill[]} */
export const NUMBER_SKILLS = [
  {
    name: 'truth',
    wants: ({ text }) => text.length < LONGEST && TRUTH.test(text),
    start: (question) => moduleSkill('numbers', 'TruthSkill', question),
  },
  {
    name: 'numbers',
    wants: ({ text }) => text.length < LONGEST && NUMBERS.test(text),
    start: (question) => moduleSkill('numbers', 'NumbersSkill', question),
  },
  {
    name: 'premise',
    // What arithmetic, the calendar and the tables of facts refute is found at once. A model's own verdict takes a second
    // prompt: where it is quick, it is asked; else it counts as too small for that.
    wants: ({ text }) => text.length < LONGEST && CLAIMS.test(text),
    start: (question) => {
      const { model } = question;
      return moduleSkill('numbers', 'PremiseSkill', {
        ...question,
        model: model.fast ? model : { ...model, parameters: 1 },
      });
    },
  },
];
