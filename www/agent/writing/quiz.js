// Questions with a gap, made of a text by code, each with its key and wrong answers that look like the right one. Pure.
import { factsIn, numbersIn, plain } from './facts.js';
import { isCjk, keySentences } from './words.js';

/** Questions with a gap where a number or a name was, and others of the text to choose from. @param {string} text @param {number} count */
export function quizOf(text, count) {
  const cjk = isCjk(text);
  const facts = factsIn(text);
  const letters = ['a', 'b', 'c', 'd'];
  /** @type {Array<Record<string, string>>} */
  const items = [];
  for (const sentence of keySentences(text, count * 3)) {
    const own = factsIn(sentence).filter(({ start, kind }) => start > 0 || kind === 'number');
    const answer = own.find(({ kind }) => kind === 'number') ?? own[0];
    if (!answer) continue;
    const shape = shapeOf(answer.text);
    const others = facts.filter(
      ({ kind, text: each }) =>
        kind === answer.kind && shapeOf(each) === shape && !plain(sentence).includes(plain(each)),
    );
    const options = [answer.text, ...others.map((other) => other.text)].slice(
      0,
      shape.startsWith('digits') ? 2 : 4,
    );
    for (let n = 1; options.length < 4 && answer.kind === 'number' && n < 9; n++) {
      const near = nearby(answer.text, n);
      if (near && !options.some((each) => plain(each) === plain(near))) options.push(near);
    }
    if (options.length < 3) continue;
    // The right one stands at another place each time, always the same for the same text.
    const at = [...sentence].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 9973, 7) % options.length;
    const [right] = options.splice(0, 1);
    options.splice(at, 0, right);
    const gap = cjk ? '＿＿＿＿' : '____';
    const question = sentence.slice(0, answer.start) + gap + sentence.slice(answer.end);
    items.push({
      question,
      ...Object.fromEntries(letters.map((letter, i) => [letter, options[i] ?? ''])),
      key: letters[at].toUpperCase(),
      answer: right,
    });
    if (items.length === count) break;
  }
  return items;
}

const SPELLED = 'three four five six seven eight nine ten eleven twelve'.split(' ');

/** Numbers of digits, of words and names are not mixed: the right one would be seen. @param {string} text */
const shapeOf = (text) =>
  /^[\d.,]+$/.test(text)
    ? `digits${text.replace(/\D/g, '').length > 2}`
    : /^[a-z]/.test(text)
      ? 'word'
      : 'name';

/** A wrong number near a right one, written alike. @param {string} text @param {number} n */
function nearby(text, n) {
  const at = SPELLED.indexOf(text.toLowerCase());
  if (at >= 0) return SPELLED[(at + n) % SPELLED.length];
  const [number] = numbersIn(text);
  if (!number || number.value === undefined || !/^[\d,.]+$/.test(text)) return '';
  const { value } = number;
  const digits = /\.(\d+)$/.exec(text)?.[1].length ?? 0;
  const year = value > 1000 && value < 2100 && /^\d{4}$/.test(text);
  const unit = digits > 0 ? 10 ** -digits : 10 ** Math.max(0, String(Math.trunc(value)).length - 2);
  const step = year ? n * 3 : Math.max(unit, Math.round((value * 0.15) / unit) * unit) * n;
  const wrong = n % 2 || step >= value ? value + step : value - step;
  return text.includes(',') ? wrong.toLocaleString('en') : wrong.toFixed(digits);
}
