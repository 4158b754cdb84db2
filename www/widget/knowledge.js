// The site's texts into the system prompt, whole. Which part of a long text matters is not decided here.

const HEADING = 'Answer from these texts where they help; say so where they do not.';

/** @param {string} entry */
const isAddress = (entry) => /^(https?:\/\/|\.{0,2}\/)\S+$/.test(entry);

/** @param {string} address @param {string} base */
async function textAt(address, base) {
  const url = new URL(address, base);
  if (url.origin !== new URL(base).origin) {
    const remedy = 'Copy the text to this site.';
    const message = `The knowledge at ${url.href} is on another site.`;
    throw Object.assign(new Error(message), { code: 'knowledge_foreign', remedy });
  }
  const response = await fetch(url);
  if (!response.ok) {
    const message = `The knowledge at ${url.href} answered ${response.status}.`;
    throw Object.assign(new Error(message), { code: 'knowledge_unreachable', remedy: 'Check the address.' });
  }
  const text = await response.text();
  if (!response.headers.get('Content-Type')?.includes('html')) return text;
  const page = new DOMParser().parseFromString(text, 'text/html');
  for (const noise of page.querySelectorAll('script, style, nav, header, footer, noscript')) noise.remove();
  return (page.querySelector('main') ?? page.body).textContent ?? '';
}

/**
 * What can't be had is left out, and told; the rest goes in.
 * @param {string} system
 * @param {string[]} knowledge texts, or addresses on this site
 * @param {string} base
 * @param {(error: unknown) => void} onError
 */
export async function withKnowledge(system, knowledge, base, onError) {
  const found = await Promise.allSettled(
    knowledge.map((entry) => (isAddress(entry) ? textAt(entry, base) : entry)),
  );
  const texts = found.flatMap((each) => {
    if (each.status === 'fulfilled') return [each.value];
    onError(each.reason);
    return [];
  });
  if (texts.length === 0) return system;
  const clean = texts.map((text) =>
    text
      .replace(/[ \t]+/g, ' ')
      .replace(/\s*\n\s*/g, '\n')
      .trim(),
  );
  return [system, HEADING, ...clean].filter(Boolean).join('\n\n');
}
