// The examples in a question for a program, `f(1) → 2`: what the program should do, and so what it is tried on when it is run.
// Pure.

/** @typedef {import('./run.js').Language} Language */
/** @typedef {[expression: string, value: string]} Example */

const MOST = 20;
const LONGEST = 500; // characters of a line
/** A call and its value on one line, as people write it. */
const LINE =
  /^(?:[-*•\d.)]*\s+)?`?([A-Za-z_$][\w$.]*\(.*\))`?\s*(?:→|->|=>|===?|returns|gives|返回|得到|は)\s*`?([^\s`].*?)`?\s*[,;。、]?$/;
const PROMPT = /^>>> ?(\S.*)$/;

/** @param {string} text of a question @returns {Example[]} */
export function examplesOf(text) {
  const lines = text.split('\n').map((line) => line.trim());
  /** @type {Example[]} */
  const found = [];
  for (const [i, line] of lines.entries()) {
    if (line.length > LONGEST) continue;
    const [, expression, value] = LINE.exec(line.replace(PROMPT, '$1')) ?? [];
    const [, typed] = PROMPT.exec(line) ?? [];
    const below = lines[i + 1] ?? '';
    if (expression) found.push([expression, value]);
    else if (typed && below && !PROMPT.test(below)) found.push([typed, below]);
  }
  return found.slice(0, MOST);
}

/** Behind a program: writes each example that holds, fails at the first that does not. @type {Readonly<Record<Language, (list: string) => string>>} */
const CHECKS = {
  javascript: (list) => `;(() => {
  const sorted = (value) => Array.isArray(value) ? value.map(sorted) : value && typeof value === 'object'
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
  const write = (value) => JSON.stringify(sorted(value)) ?? String(value);
  for (const [expression, want] of ${list}) {
    const got = eval('(' + expression + ')');
    if (write(got) !== write(eval('(' + want + ')'))) throw new Error(expression + ' gives ' + write(got) + ', not ' + want);
    console.log(expression + ' → ' + want);
  }
})();`,
  python: (list) => `for _example, _want in ${list}:
    _got = eval(_example)
    if _got != eval(_want):
        raise AssertionError(f'{_example} gives {_got!r}, not {_want}')
    print(f'{_example} → {_want}')`,
};

/**
 * The program, tried on the examples that call something of it.
 * @param {Language} language @param {string} code @param {readonly Example[]} examples
 */
export function withExamples(language, code, examples) {
  const own = examples.filter(([expression]) => code.includes(/^[\w$]+/.exec(expression)?.[0] ?? '\0'));
  return own.length === 0 ? code : `${code}\n${CHECKS[language](JSON.stringify(own))}\n`;
}
