// A keyboard that lies over the page, as on iOS: the page takes what is left above it. Other browsers do so by themselves.

const ZOOMED = 1.01;

/** @param {HTMLElement} body @param {VisualViewport | null} [view] */
export function makeRoomForKeyboard(body, view = globalThis.visualViewport) {
  if (!view) return;
  const fit = () => {
    if (view.scale > ZOOMED) return; // a part of the page is looked at closely; its size is the same
    const covered = innerHeight - view.height > 1;
    body.style.height = covered ? `${view.height}px` : '';
    if (covered) scrollTo(0, 0); // it was pushed up to show the field
  };
  view.addEventListener('resize', fit);
  view.addEventListener('scroll', fit);
}
