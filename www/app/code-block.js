// Which text of a message a code block is, and the message with another in its place. Pure.

/** @typedef {import('../protocol/parts.js').Part} Part */

const FENCE = /^( *)(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)(?:^ *\2[`~]* *$|$(?![\s\S]))/gm;

/**
 * @param {readonly Part[]} parts of a message @param {string} before the block's code as it is @param {string} after
 * @returns {Part[] | undefined} nothing where no block has that code
 */
export function withCode(parts, before, after) {
  let found = false;
  const ended = after.endsWith('\n') ? after : `${after}\n`;
  const changed = parts.map((part) => {
    if (part.type !== 'text' || found) return part;
    const text = /** @type {{text: string}} */ (part).text.replace(
      FENCE,
      (whole, indent, marks, info, code) => {
        if (found || indent || code.trimEnd() !== before.trimEnd()) return whole;
        found = true;
        const longer = after.includes(marks) ? '`'.repeat(longestRun(after) + 1) : marks;
        return `${longer}${info}\n${ended}${longer}`;
      },
    );
    return found ? { ...part, text } : part;
  });
  return found ? changed : undefined;
}

/** @param {string} text */
const longestRun = (text) => Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
