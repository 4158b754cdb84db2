// The launcher's style is text in a script, which a bundler does not shorten; it is on every page of a site.

/** @param {string} path @param {string} source @returns {string} */
export function withShortStyle(path, source) {
  if (!/[/\\]widget[/\\]launcher-style\.js$/.test(path)) return source;
  return source.replace(/`[^`]*`/g, (style) =>
    style
      .replace(/\s+/g, ' ')
      .replace(/\s*([{};])\s*/g, '$1')
      .replaceAll(': ', ':')
      .replaceAll(', ', ',')
      .replace(/\b0\.(?=\d)/g, '.')
      .replaceAll(';}', '}'),
  );
}
