// A view whose code and words are loaded when there is something to show in it.

/** @typedef {import('./view.js').AppState} AppState */

/**
 * @param {HTMLElement} root is in the document from the beginning, so that screen readers hear what comes into it
 * @param {(state: AppState) => boolean} wanted whether there is something to show
 * @param {() => Promise<(state: AppState) => void>} load gives the update of the view
 * @param {(state: AppState) => void} [otherwise] shows it plainly, where the view is out of reach
 * @returns {import('./view.js').View}
 */
export function lateView(root, wanted, load, otherwise) {
  /** @type {((state: AppState) => void) | undefined} */
  let view;
  let loading = false;
  /** @type {AppState | undefined} */
  let last;
  return {
    root,
    update(state) {
      last = state;
      if (view) return view(state);
      if (loading || !wanted(state)) return;
      loading = true;
      load().then(
        (made) => {
          view = made;
          if (last) made(last);
        },
        () => {
          loading = false;
          if (last) otherwise?.(last);
        },
      );
    },
  };
}
