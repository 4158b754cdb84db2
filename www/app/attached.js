// Texts that go with the next message: files, and what was pasted. They stand after the words of the person, each between fences.

/** @typedef {{name: string, text: string, tokens: number}} Attached */

/** @param {Attached} attached */
export function attachedText({ name, text }) {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, { length }) => Math.max(longest, length + 1), 3));
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? '';
  return `${name}:\n${fence}${ending}\n${text.trimEnd()}\n${fence}`;
}

/** @param {string} text @param {readonly Attached[]} [attached] */
export const withAttached = (text, attached = []) =>
  [text, ...attached.map(attachedText)].filter(Boolean).join('\n\n');
