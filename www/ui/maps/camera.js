// The part of a map that is looked at: dragged, pinched, zoomed with the wheel, fitted. Moves one layer; draws nothing.

/** @typedef {import('./layout.js').Box} Box */
/** @typedef {{x: number, y: number, k: number}} View `k`: scale */

const SCALE = { least: 0.05, most: 3 };
const MARGIN = 20; // pixels around what is fitted
const STEADY = 200; // ms without movement, until it is drawn sharp
const SLIDE = 260; // ms

/** @param {number} k */
const within = (k) => Math.min(SCALE.most, Math.max(SCALE.least, k));

/** @param {HTMLElement} board @param {SVGSVGElement} layer @param {() => boolean} still whether movement is not wanted */
export function createCamera(board, layer, still) {
  /** @type {View} */
  let view = { x: 0, y: 0, k: 1 };
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let panned = false;
  let touched = false;
  let frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settle;

  function apply() {
    layer.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.k})`;
    // While it moves it is a picture that the browser shifts; a moment later it is drawn anew, sharp.
    layer.style.willChange = 'transform';
    clearTimeout(settle);
    settle = setTimeout(() => (layer.style.willChange = ''), STEADY);
  }

  /** @param {View} to @param {boolean} [sliding] */
  function go(to, sliding = true) {
    cancelAnimationFrame(frame);
    const from = view;
    if (!sliding || still() || !board.isConnected) {
      view = to;
      return apply();
    }
    const began = performance.now();
    const step = (/** @type {number} */ now) => {
      const t = Math.min(1, Math.max(0, (now - began) / SLIDE));
      const e = 1 - (1 - t) ** 3;
      view = {
        x: from.x + (to.x - from.x) * e,
        y: from.y + (to.y - from.y) * e,
        k: from.k + (to.k - from.k) * e,
      };
      apply();
      if (t < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] what stays under the pointer @param {boolean} [sliding] */
  function zoom(factor, x = board.clientWidth / 2, y = board.clientHeight / 2, sliding = true) {
    const k = within(view.k * factor);
    const change = k / view.k;
    touched = true;
    go({ k, x: x - (x - view.x) * change, y: y - (y - view.y) * change }, sliding);
  }

  const inBoard = (/** @type {{clientX: number, clientY: number}} */ { clientX, clientY }) => {
    const { left, top } = board.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };

  board.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest('input')) return;
    fingers.set(event.pointerId, inBoard(event));
    panned = false;
  });
  board.addEventListener('pointermove', (event) => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const now = inBoard(event);
    if (!panned && fingers.size === 1 && Math.hypot(now.x - was.x, now.y - was.y) < 5) return;
    if (!panned) {
      panned = true;
      touched = true;
      cancelAnimationFrame(frame);
      try {
        board.setPointerCapture(event.pointerId);
      } catch {
        // the pointer is gone already
      }
    }
    if (fingers.size === 1) {
      view = { ...view, x: view.x + now.x - was.x, y: view.y + now.y - was.y };
      apply();
    } else {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const apart = (/** @type {{x: number, y: number}} */ at) =>
        Math.hypot(at.x - other.x, at.y - other.y) || 1;
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      view = { ...view, x: view.x + (now.x - was.x) / 2, y: view.y + (now.y - was.y) / 2 };
      zoom(apart(now) / apart(was), middle.x, middle.y, false);
    }
    fingers.set(event.pointerId, now);
  });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel']))
    board.addEventListener(end, (event) => void fingers.delete(event.pointerId));
  // A drag is no click.
  board.addEventListener(
    'click',
    (event) => {
      if (!panned) return;
      panned = false;
      event.stopPropagation();
    },
    { capture: true },
  );
  board.addEventListener(
    'wheel',
    (event) => {
      const large = board.closest('dialog') !== null;
      if (!event.ctrlKey && !large) return; // the page scrolls
      event.preventDefault();
      if (event.ctrlKey) {
        const { x, y } = inBoard(event);
        return zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), x, y, false);
      }
      touched = true;
      go({ ...view, x: view.x - event.deltaX, y: view.y - event.deltaY }, false);
    },
    { passive: false },
  );
  // Focus scrolls what has it into sight; here the camera does.
  board.addEventListener('scroll', () => board.scrollTo(0, 0));

  return {
    view: () => view,
    zoom,
    /** Whether the person has moved it. */
    touched: () => touched,
    /** A finger's movement belongs to something else. */
    letGo: () => fingers.clear(),
    /** @param {{x: number, y: number}} by pixels that everything moves */
    shift: (by) => go({ ...view, x: view.x + by.x, y: view.y + by.y }, false),
    /**
     * All in sight, if it can still be read then; else its beginning.
     * @param {Box} box @param {{readable?: number, rtl?: boolean, sliding?: boolean, growing?: boolean}} [options] `readable`: the smallest
     *   scale; `growing`: what is added at the bottom moves nothing, as long as there is room
     */
    fit(box, { readable = 0, rtl = false, sliding = true, growing = false } = {}) {
      const room = { width: board.clientWidth - 2 * MARGIN, height: board.clientHeight - 2 * MARGIN };
      if (room.width <= 0 || room.height <= 0) return;
      const size = { width: box.right - box.left || 1, height: box.bottom - box.top || 1 };
      const whole = within(Math.min(1, room.width / size.width, room.height / size.height));
      const k = Math.max(whole, readable);
      const fits = (/** @type {'width' | 'height'} */ side) => size[side] * k <= room[side] + 1;
      const x = fits('width')
        ? MARGIN + (room.width - size.width * k) / 2 - box.left * k
        : rtl
          ? MARGIN + room.width - box.right * k
          : MARGIN - box.left * k;
      const middle = MARGIN + room.height / 2;
      const bottom = MARGIN + room.height - box.bottom * k;
      const y = growing
        ? Math.min(MARGIN - box.top * k, bottom)
        : fits('height')
          ? middle - ((box.top + box.bottom) / 2) * k
          : middle; // the root is at 0
      touched = readable === 0;
      go({ x, y, k }, sliding);
    },
    /** Moves no more than needed to have a place in sight. @param {Box} box */
    show(box) {
      const { x, y, k } = view;
      const off = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ room) =>
        from < MARGIN ? MARGIN - from : to > room - MARGIN ? Math.max(room - MARGIN - to, MARGIN - from) : 0;
      const dx = off(box.left * k + x, box.right * k + x, board.clientWidth);
      const dy = off(box.top * k + y, box.bottom * k + y, board.clientHeight);
      if (dx || dy) go({ k, x: x + dx, y: y + dy });
    },
    stop() {
      cancelAnimationFrame(frame);
      clearTimeout(settle);
    },
  };
}
