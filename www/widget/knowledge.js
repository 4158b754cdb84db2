// The site's texts: fetched, and as plain text. Which of them a question needs is passages.js's.

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
 * @param {string[]} knowledge texts, or addresses on this site
 * @param {string} base
 * @param {(error: unknown) => void} onError
 * @returns {Promise<string[]>}
 */
export async function textsOf(knowledge, base, onError) {
  const found = await Promise.allSettled(
    knowledge.map((entry) => (isAddress(entry) ? textAt(entry, base) : entry)),
  );
  return found.flatMap((each) => {
    if (each.status === 'rejected') {
      onError(each.reason);
      return [];
    }
    return each.value
      .replace(/[ \t]+/g, ' ')
      .replace(/\s*\n\s*/g, '\n')
      .trim();
  });
}
