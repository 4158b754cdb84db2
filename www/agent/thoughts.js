// Parts what a model thinks aloud (<think>…</think>) from what it answers. Pure.

const BEGIN = /^\s*<think>/;
const END = '</think>';

/** Where the answer begins in what was written; -1 while the thoughts go on. @param {string} text */
export function answerBegins(text) {
  if (!BEGIN.test(text)) return 0;
  const end = text.indexOf(END);
  return end < 0 ? -1 : end + END.length;
}

/** @param {string} text @returns {{thought: string, text: string, open: boolean}} */
export function splitReasoning(text) {
  const begin = BEGIN.exec(text);
  if (!begin) return { thought: '', text, open: false };
  const rest = text.slice(begin[0].length);
  const end = rest.indexOf(END);
  if (end < 0) return { thought: rest.trim(), text: '', open: true };
  return {
    thought: rest.slice(0, end).trim(),
    text: rest.slice(end + END.length).trimStart(),
    open: false,
  };
}
