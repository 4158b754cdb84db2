// Follows the newest words until the reader scrolls up, and offers the way back. Knows nothing of messages.

const NEAR = 48; // pixels from the end that still count as the end

/**
 * @param {HTMLElement} scroller
 * @param {HTMLElement} jump the button back to the end
 * @param {() => boolean} any whether there is something to follow
 */
export function followEnd(scroller, jump, any) {
  let following = true;
  let last = 0;
  const fromEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  const show = () => {
    jump.hidden = following || !any() || fromEnd() < NEAR;
  };
  scroller.addEventListener(
    'scroll',
    () => {
      // Only the reader moves upwards, or content that shrinks, which ends at the very end. However small the first
      // step of a smooth movement: to follow on would take it back.
      if (scroller.scrollTop < last - 2) following = fromEnd() < 2;
      else if (scroller.scrollTop > last && fromEnd() < NEAR) following = true;
      last = scroller.scrollTop;
      show();
    },
    { passive: true },
  );
  // The movement itself may come after the next words.
  scroller.addEventListener(
    'wheel',
    ({ deltaY }) => {
      if (deltaY >= 0 || scroller.scrollTop <= 0) return;
      following = false;
      show();
    },
    { passive: true },
  );
  const stay = () => {
    if (!following || !any()) return;
    scroller.scrollTop = scroller.scrollHeight;
    last = scroller.scrollTop;
  };
  // Late arrivals (math, colours, a keyboard that opens) change heights too.
  const observer = new ResizeObserver(() => {
    stay();
    show(); // what was below may be gone
  });
  observer.observe(scroller);
  return {
    stay,
    follow() {
      following = true;
      show();
      stay();
    },
    /** @param {Element} content */
    watch: (content) => observer.observe(content),
  };
}
