// HTML and SVG that an answer wrote, shown in a frame of its own that runs nothing, reaches nothing and keeps nothing: it is
// sandboxed without scripts, its policy allows no request, and what could ask for one is taken out before. Loaded when asked for.
import DOMPurify from 'dompurify';
import { h } from '../lib/dom.js';

/** Besides the sandbox and the page's own policy. */
const POLICY = "default-src 'none'; img-src data:";
const TALLEST = 480; // pixels
const LEAST = 80;

/** Where the styles of elements are kept while they are cleaned: the page's policy would complain of them as they are. */
const STYLE = 'data-loquat-style';

/**
 * @param {string} source @param {boolean} svg
 * @returns {{root: HTMLElement, styles: string[]}} an html element of a document that is shown nowhere; style sheets of it
 */
function cleaned(source, svg) {
  /** @type {string[]} */
  const styles = [];
  const text = source
    .replace(/<style\b[^>]*>([\s\S]*?)<\/style>/gi, (_, css) => (styles.push(css), ''))
    .replace(/<[a-z][^>]*>/gi, (tag) =>
      tag.replace(/\son\w+\s*=/gi, ' data-off=').replace(/\sstyle\s*=/gi, ` ${STYLE}=`),
    );
  const root = /** @type {HTMLElement} */ (
    DOMPurify.sanitize(svg ? `<body>${text}</body>` : text, {
      WHOLE_DOCUMENT: true,
      RETURN_DOM: true,
      ADD_TAGS: ['use'],
      FORBID_TAGS: ['link', 'meta', 'base', 'style', 'iframe', 'object', 'embed', 'form', 'audio', 'video'],
      FORBID_ATTR: ['action', 'formaction', 'srcset', 'ping', 'target', 'poster', 'background', 'style'],
    })
  );
  for (const node of root.querySelectorAll('*'))
    for (const name of ['href', 'src', 'xlink:href']) {
      const value = node.getAttribute(name);
      if (value !== null && !/^(#|data:image\/)/.test(value)) node.removeAttribute(name);
    }
  return { root, styles };
}

/** @param {ReturnType<typeof cleaned>} from @param {Document} to @param {HTMLIFrameElement} frame */
function fill({ root, styles }, to, frame) {
  const view = /** @type {(Window & typeof globalThis) | null} */ (to.defaultView);
  if (!view) return;
  const body = to.adoptNode(root.querySelector('body') ?? root);
  to.body.replaceWith(body);
  // By the object model: the page's policy, which the frame has too, allows no style in the text.
  to.adoptedStyleSheets = styles.map((css) => {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll(`[${STYLE}]`)))
    node.style.cssText = node.getAttribute(STYLE) ?? '';
  const tall = to.documentElement.scrollHeight;
  frame.style.height = `${Math.min(TALLEST, Math.max(LEAST, tall))}px`;
}

/** @param {string} source @param {boolean} svg @param {string} label */
export function createPreview(source, svg, label) {
  const frame = h('iframe', {
    class: 'preview',
    title: label,
    // Its document can be filled from here, and can do nothing itself.
    sandbox: 'allow-same-origin',
    srcdoc: `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><body>`,
  });
  frame.addEventListener('load', () => {
    if (frame.contentDocument) fill(cleaned(source, svg), frame.contentDocument, frame);
  });
  return frame;
}
