// Makes elements. Text is always text here: nothing in this file parses HTML.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Props `on…` functions are listeners, `class` and the rest attributes; false and null leave out */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Props | null} [props] @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  setProps(element, props ?? {});
  append(element, children);
  return element;
}

/** @param {Element} element @param {Props} props */
export function setProps(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function' && name.startsWith('on')) {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      const text = value === true ? '' : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** @param {Element} element @param {Child[]} children */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
}

/** Enter that takes a word from an input method sends nothing; Safari says so by the key's code only. @param {KeyboardEvent} event */
export const confirmsInput = (event) => event.isComposing || event.keyCode === 229;

/** Sets the text only when it changed, so that selections and screen readers are left alone. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes `parent`'s children be `wanted`, moving and removing as little as possible.
 * @param {Element} parent @param {readonly Node[]} wanted
 */
export function setChildren(parent, wanted) {
  const keep = new Set(wanted);
  for (const node of [...parent.childNodes]) if (!keep.has(node)) node.remove();
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

/**
 * Runs at most once a frame, however often it is asked for; in a hidden tab, where no frames come, a few times a second.
 * @param {() => void} run
 */
export function onceAFrame(run) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    const go = () => {
      if (!waiting) return;
      waiting = false;
      run();
    };
    requestAnimationFrame(go);
    setTimeout(go, 250);
  };
}
