// The browser's report that a page's own Content-Security-Policy stopped a request; fetch() says only that it failed.

/** Listens from now on. @param {string} host with its port, if it has one */
export function policyViolation(host) {
  const target = globalThis.document ?? globalThis;
  let seen = false;
  const hear = (/** @type {Event} */ event) => {
    const { blockedURI } = /** @type {SecurityPolicyViolationEvent} */ (event);
    seen ||= blockedURI.includes(host);
  };
  target.addEventListener?.('securitypolicyviolation', hear);
  return {
    /** The report comes a little after the failure. */
    async seen() {
      for (let i = 0; i < 10 && !seen; i++) await new Promise((resolve) => setTimeout(resolve, 10));
      return seen;
    },
    stop: () => target.removeEventListener?.('securitypolicyviolation', hear),
  };
}
