// A page's connect-src: read from its policy, and asked whether it lists an address. Source: Content Security Policy Level 3, 6.7.2.

/** @param {string} policy @returns {string[] | undefined} undefined: it says nothing about connections */
export function connectSources(policy) {
  const directives = policy.split(';').map((each) => each.trim().split(/\s+/));
  const named = (/** @type {string} */ name) => directives.find(([first]) => first?.toLowerCase() === name);
  return (named('connect-src') ?? named('default-src'))?.slice(1);
}

/** What binds the document, as far as it says so itself; a header can't be read. @param {Document | undefined} [page] */
export function sourcesOfPage(page = globalThis.document) {
  const meta = page?.querySelector('meta[http-equiv="Content-Security-Policy" i]');
  return meta ? connectSources(meta.getAttribute('content') ?? '') : undefined;
}

const PORTS = /** @type {Record<string, string>} */ ({
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
});
/** A source may be listed by the scheme that was replaced by a safer one. */
const SAFER = /** @type {Record<string, readonly string[]>} */ ({
  'http:': ['https:', 'ws:', 'wss:'],
  'https:': ['wss:'],
  'ws:': ['wss:', 'http:', 'https:'],
  'wss:': ['https:'],
});

/** @param {string} listed @param {string} actual both with a colon */
const schemeFits = (listed, actual) => listed === actual || (SAFER[listed] ?? []).includes(actual);

/** @param {string} source @param {URL} url @param {string} self origin of the page */
function matches(source, url, self) {
  if (source === "'self'") {
    const own = new URL(self);
    // Extensions and apps have a scheme, and with it an origin, of their own.
    if (url.protocol === own.protocol && url.host === own.host) return true;
    return (
      url.protocol in PORTS &&
      (url.origin === self || (url.host === own.host && schemeFits(own.protocol, url.protocol)))
    );
  }
  if (source === '*') return url.protocol in PORTS;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return schemeFits(source.toLowerCase(), url.protocol);
  const parts = /^(?:([a-z][a-z0-9+.-]*:)\/\/)?(\*|(?:\*\.)?[^:/*]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source);
  if (!parts) return false; // 'none', a nonce, or nothing we know
  const [, scheme = new URL(self).protocol, host, port, path] = parts;
  if (!schemeFits(scheme.toLowerCase(), url.protocol)) return false;
  const name = host.toLowerCase();
  if (
    name !== '*' &&
    name !== url.hostname &&
    !(name.startsWith('*.') && url.hostname.endsWith(name.slice(1)))
  )
    return false;
  const asked = url.port || PORTS[url.protocol];
  if (port !== '*' && asked !== (port ?? PORTS[url.protocol])) return false;
  return (
    !path || path === '/' || (path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path)
  );
}

/** @param {readonly string[]} sources @param {string} address absolute @param {string} self origin of the page */
export function allows(sources, address, self) {
  const url = new URL(address);
  return sources.some((source) => matches(source, url, self));
}
