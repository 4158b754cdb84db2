// Parts what a model thinks aloud (<think>…</think>) from what it answers. Pure.

/** @param {string} text @returns {{thought: string, text: string, open: boolean}} */
export function splitReasoning(text) {
  const begin = /^\s*<think>/.exec(text);
  if (!begin) return { thought: '', text, open: false };
  const rest = text.slice(begin[0].length);
  const end = rest.indexOf('</think>');
  if (end < 0) return { thought: rest.trim(), text: '', open: true };
  return {
    thought: rest.slice(0, end).trim(),
    text: rest.slice(end + '</think>'.length).trimStart(),
    open: false,
  };
}
