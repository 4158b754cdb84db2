// Prompts of an exact number of tokens, another one for each seed. Runs in Node and in the page; knows no engine.

/** Words that are one token each after a space, in GPT-2's vocabulary and SmolLM2's: engines agree on their number. */
const WORDS = (
  'time year people way day man thing woman life child world school state family student group country ' +
  'problem hand part place case week company system program question work government number night point ' +
  'home water room mother area money story fact month lot right study book eye job word business issue side ' +
  'kind head house service friend father power hour game line end member law car city community name ' +
  'president team minute idea body information back parent face others level office door health person art ' +
  'war history party result change morning reason research girl guy moment air teacher force education'
).split(' ');

/** mulberry32: small, seeded, the same everywhere. @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A text of `tokens` tokens. Texts of one seed are prefixes of each other.
 * @param {number} seed @param {number} tokens
 */
export function prompt(seed, tokens) {
  const next = random(seed);
  return Array.from({ length: tokens }, () => ` ${WORDS[Math.floor(next() * WORDS.length)]}`).join('');
}

export { WORDS };
