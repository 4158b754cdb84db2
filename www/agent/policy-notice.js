// What a site's policy adds to an answer that it lets through.

/** Its words are the policy's (`notice_policy` in the page's tables). @param {string} text */
export const policyNotice = (text, code = 'policy') => ({
  type: /** @type {const} */ ('notice'),
  code,
  values: { text },
});
