// Programs for the command line: `loquat quality --kind code` gives a case, then replies of its model, and gets the next step,
// each a line of JSON. What a model writes is run on the examples that it was shown, and its errors go back to it; the tests
// that it has not seen are for the verdict alone.
import { createInterface } from 'node:readline';
import { inGap } from '../www/agent/code/fill.js';
import { anewAt, ROUNDS } from '../www/agent/code/retry.js';
import { firstFault, passes, programOf } from './code/judge.mjs';

/**
 * @typedef {[expression: string, value: string]} Check
 * @typedef {{id: string, task: 'write' | 'infill', language: 'python' | 'javascript', speech?: 'en' | 'zh', prompt?: string,
 *   examples?: Check[], tests: Check[], prefix?: string, suffix?: string, middle?: string}} Case
 */

const WORDS = {
  en: {
    ask: (/** @type {string} */ language) => `Write it in ${language}. Answer with the code alone.`,
    examples: 'Examples:',
    fix: (/** @type {string} */ fault) =>
      `The program fails:\n\n\`\`\`\n${fault}\n\`\`\`\n\nCorrect it. Answer with the whole program.`,
  },
  zh: {
    ask: (/** @type {string} */ language) => `用 ${language} 写，只写代码。`,
    examples: '例子：',
    fix: (/** @type {string} */ fault) =>
      `程序运行出错：\n\n\`\`\`\n${fault}\n\`\`\`\n\n请改正，并写出完整的程序。`,
  },
};
const NAMES = { python: 'Python', javascript: 'JavaScript' };

/** The conversation that asks for a case. @param {Case} given */
function asked({ task, language, speech = 'en', prompt = '', examples = [], prefix, suffix }) {
  if (task === 'infill') {
    const gap = `${prefix}<GAP>${suffix}`;
    const ask = `What belongs in place of <GAP> in this ${NAMES[language]} code? Answer with that text alone.`;
    return [{ role: 'user', content: `${ask}\n\n\`\`\`${language}\n${gap}\n\`\`\`` }];
  }
  const { ask, examples: title } = WORDS[speech];
  const lines = examples.map(([expression, value]) => `${expression} → ${value}`);
  return [{ role: 'user', content: `${prompt}\n${title}\n${lines.join('\n')}\n${ask(NAMES[language])}` }];
}

/** @type {Case | undefined} */
let given;
/** @type {Array<{role: string, content: string}>} */
let messages = [];
let rounds = 0;
/** The first answer, which is what the model alone gives: to be judged, too. @type {string | undefined} */
let first;

/** @param {string | null} reply @returns {Promise<object>} */
async function next(reply) {
  if (!given) throw new Error('no case was given');
  const { task, language, speech = 'en', prefix = '', suffix = '', examples = [] } = given;
  if (reply === null) {
    rounds = 1;
    const gap = task === 'infill' ? { messages: [], infill: { prefix, suffix }, max_tokens: 96 } : {};
    return { type: 'ask', messages, max_tokens: 400, temperature: 0, ...gap };
  }
  first ??= reply;
  const text = task === 'infill' ? inGap(reply, suffix) : reply; // as the page shows it
  const done = { type: 'done', parts: [{ type: 'text', text }], sources: [], refused: false };
  if (task === 'infill' || rounds > ROUNDS) return done;
  const fault = await firstFault(language, programOf(reply, language), examples);
  if (!fault) return done;
  const temperature = anewAt(rounds++);
  if (temperature !== undefined) return { type: 'ask', messages, max_tokens: 400, temperature };
  const shown = [
    ...messages,
    { role: 'assistant', content: reply },
    { role: 'user', content: WORDS[speech].fix(fault) },
  ];
  return { type: 'ask', messages: shown, max_tokens: 400, temperature: 0 };
}

/** @param {string} output */
async function verdict(output) {
  if (!given) throw new Error('no case was given');
  const { language, tests, middle } = given;
  const passed = await passes(given, output);
  const exact = middle === undefined ? {} : { exact: output.trim() === middle.trim() };
  const once = first === undefined ? {} : { first: await passes(given, first) };
  return { passed, rounds, language, of: tests.length, ...once, ...exact };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { case: another, reply, judge } = JSON.parse(line);
  if (another) {
    given = /** @type {Case} */ (another);
    rounds = 1;
    first = undefined;
    messages = asked(given);
    console.log(JSON.stringify(messages));
  } else if (judge === undefined) console.log(JSON.stringify(await next(reply ?? null)));
  else console.log(JSON.stringify(await verdict(String(judge))));
}
