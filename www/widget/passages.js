// A site's texts in the system prompt: whole where they fit, else the passages that share words with the question. Pure; tokens are counted by who asks.

const HEADING = 'Answer from these texts where they help; say so where they do not.';
const PASSAGE = 400; // characters

/** The share of the context that a site's words may take: the rest is for what is said. */
const MOST = 0.5;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** Words as they are compared: no case, no endings; of Chinese and Japanese, which write no spaces, each two signs that stand together. @param {string} text */
function wordsOf(text) {
  /** @type {string[]} */
  const words = [];
  const rest = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(CJK, (run) => {
      for (let i = 0; i < Math.max(1, run.length - 1); i++) words.push(run.slice(i, i + 2));
      return ' ';
    });
  for (const [word] of rest.matchAll(/[\p{L}\p{N}]+/gu))
    words.push(word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '').slice(0, 8) : word);
  return words;
}

/** Pieces of a text, at ends of lines or sentences. @param {string} text @returns {string[]} */
export function passagesOf(text) {
  /** @type {string[]} */
  const passages = [];
  let open = '';
  const parts = text
    .split('\n')
    .flatMap((line) =>
      line.length <= PASSAGE
        ? [`${line}\n`]
        : (`${line}\n`.match(/[^.!?。！？]{1,400}(?:[.!?。！？]+\s*|(?=.)|\n)/gu) ?? [line]),
    );
  for (const part of parts) {
    if (open && open.length + part.length > PASSAGE) {
      passages.push(open.trim());
      open = '';
    }
    open += part;
  }
  if (open.trim()) passages.push(open.trim());
  return passages;
}

/** The best first. @param {readonly string[]} passages @param {string} question @returns {number[]} indexes */
export function ranked(passages, question) {
  const bags = passages.map((passage) => {
    /** @type {Map<string, number>} */
    const bag = new Map();
    for (const word of wordsOf(passage)) bag.set(word, (bag.get(word) ?? 0) + 1);
    return bag;
  });
  const wanted = [...new Set(wordsOf(question))].map((word) => {
    const among = bags.filter((bag) => bag.has(word)).length;
    return { word, weight: among === 0 ? 0 : Math.log(1 + passages.length / among) };
  });
  const scores = bags.map((bag) =>
    wanted.reduce((sum, { word, weight }) => {
      const n = bag.get(word) ?? 0;
      return sum + (weight * n) / (n + 1);
    }, 0),
  );
  return [...passages.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
}

/**
 * @param {string} role what the model is told to be
 * @param {readonly string[]} texts
 * @param {(tokens: number, most: number) => void} [onLong] once, where not all fits
 */
export function systemChooser(role, texts, onLong = () => {}) {
  const whole = [role, ...(texts.length > 0 ? [HEADING, ...texts] : [])].filter(Boolean).join('\n\n');
  const passages = texts.flatMap(passagesOf);
  let told = false;
  /** @type {Map<string, number>} */
  const counted = new Map();

  /**
   * The system prompt for one question.
   * @param {string} question
   * @param {{limit: number, count: (text: string) => Promise<number>}} room tokens of context
   */
  return async (question, { limit, count }) => {
    const tokensOf = async (/** @type {string} */ text) => {
      const known = counted.get(text) ?? (await count(text));
      counted.set(text, known);
      return known;
    };
    const most = Math.floor(limit * MOST);
    const all = await tokensOf(whole);
    if (all <= most) return whole;
    if (!told) onLong(all, most);
    told = true;
    let left = most - (await tokensOf(HEADING));
    const own = await tokensOf(role);
    // Of a role that is too long by itself, its beginning.
    const said = own <= left ? role : role.slice(0, Math.floor((role.length * left * 0.9) / own));
    left -= Math.min(own, left);
    /** @type {number[]} */
    const chosen = [];
    for (const i of ranked(passages, question)) {
      const tokens = (await tokensOf(passages[i])) + 2;
      if (tokens > left) continue;
      left -= tokens;
      chosen.push(i);
      if (left < 40) break;
    }
    const found = chosen.sort((a, b) => a - b).map((i) => passages[i]);
    return [said, ...(found.length > 0 ? [HEADING, ...found] : [])].filter(Boolean).join('\n\n');
  };
}
