// What a site wrote that means nothing: misspelt names with what was probably meant, and values. Loaded with the chat, not with the launcher.
import { nameOf, OPTIONS } from './options.js';

/** What every element may have, and what frameworks and browsers' tools put there. */
const FOREIGN =
  /^(class|style|slot|hidden|lang|dir|title|role|part|tabindex|translate|async|defer|src|type|nonce|integrity|crossorigin|referrerpolicy|is|key|ref|v-.*|data-v-.*|svelte-.*|_ng.*|ng-.*|on.*|aria-.*)$/i;

/** The name that was probably meant. @param {string} name @returns {string | undefined} */
function nearest(name) {
  const bare = (/** @type {string} */ each) => each.toLowerCase().replace(/[^a-z]/g, '');
  return Object.keys(OPTIONS).find((known) => {
    const [a, b] = [bare(known), bare(name)];
    if (a === b) return true;
    if (Math.abs(a.length - b.length) > 1 || a.length < 4) return false;
    let at = 0;
    while (at < a.length && a[at] === b[at]) at++;
    // One letter is other, missing, too many, or two have changed places.
    const swapped = a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
    return (
      swapped ||
      [a.slice(at + 1), a.slice(at)].some((rest) => rest === b.slice(at + 1) || rest === b.slice(at))
    );
  });
}

/** @param {string} name `quickReplies` → `quick-replies` */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** @param {Iterable<[string, string]>} attributes @returns {string[]} one sentence a problem */
export function problemsOf(attributes) {
  /** @type {string[]} */
  const problems = [];
  for (const [attribute, value] of attributes) {
    const name = nameOf(attribute);
    if (Object.hasOwn(OPTIONS, name)) {
      if (OPTIONS[name](value) === undefined) problems.push(`${attribute}="${value}" has no meaning`);
      continue;
    }
    const meant = nearest(name);
    if (meant) problems.push(`“${attribute}” is no option; “${kebab(meant)}” is`);
    else if (!FOREIGN.test(attribute) && !attribute.startsWith('data-'))
      problems.push(`“${attribute}” is no option`);
  }
  return problems;
}

/** The names there are. */
const names = () =>
  [
    'heading',
    ...Object.keys(OPTIONS)
      .filter((name) => name !== 'title')
      .map(kebab),
  ].sort();

/** Once for each chat that is opened. @param {Iterable<[string, string]>} attributes */
export function warnOf(attributes) {
  const problems = problemsOf(attributes);
  if (problems.length > 0)
    console.warn(`<loquat-chat>: ${problems.join('; ')}. Its options: ${names().join(', ')}.`);
}
