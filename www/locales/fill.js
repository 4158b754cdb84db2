// Values into the places of a sentence: `{name}`, and `{n|one:one chat|other:{n} chats}` where the words follow a number.

const PLACE = /\{(\w+)(?:\|((?:[^{}]|\{\w+\})*))?\}/g;

/** Making one is slow, and the speed is shown with every token. @type {Map<string, {plural: Intl.PluralRules, number: Intl.NumberFormat}>} */
const known = new Map();

/** @param {string} language */
function rulesOf(language) {
  let rules = known.get(language);
  if (!rules)
    known.set(
      language,
      (rules = { plural: new Intl.PluralRules(language), number: new Intl.NumberFormat(language) }),
    );
  return rules;
}

/**
 * The words of `one:…|other:…` that suit a number.
 * @param {string} choices @param {string} category as Intl.PluralRules names it
 */
function choose(choices, category) {
  const words = new Map(
    choices.split('|').map((choice) => {
      const colon = choice.indexOf(':');
      return [choice.slice(0, colon), choice.slice(colon + 1)];
    }),
  );
  return words.get(category) ?? words.get('other') ?? '';
}

/**
 * Puts values into the places of a sentence; numbers are written as the language writes them.
 * @param {string} language @param {string} sentence @param {Record<string, string | number>} values
 * @returns {string}
 */
export function fill(language, sentence, values) {
  return sentence.replace(PLACE, (_, name, choices) => {
    const value = values[name] ?? '';
    if (choices === undefined)
      return typeof value === 'number' ? rulesOf(language).number.format(value) : value;
    return fill(language, choose(choices, rulesOf(language).plural.select(Number(value))), values);
  });
}
