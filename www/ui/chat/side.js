// Beside the conversation, or over it where there is no room: the table that is looked at. What it shows is loaded with it.
import { h } from '../lib/dom.js';

/** @typedef {Awaited<ReturnType<typeof import('../tables/panel.js').createTablePanel>>} Panel */

/** @param {import('../lib/view.js').Ui} ui @param {() => void} covered the room has changed */
export function createSide(ui, covered) {
  const root = h('aside', { class: 'side', hidden: true, 'aria-label': ui.i18n.t('table') });
  /** @type {Promise<Panel> | undefined} */
  let loading;
  /** @type {Panel | undefined} */
  let panel;

  async function load() {
    const { createTablePanel } = await import('../tables/panel.js');
    const made = await createTablePanel(ui);
    root.replaceChildren(made.root);
    await made.adopt();
    return made;
  }

  return {
    root,
    /** Whether it covers the conversation. */
    isOver: () => !root.hidden && getComputedStyle(root).position === 'absolute',
    /** @param {import('../../app/app.js').AppState} state */
    update(state) {
      const shown = Boolean(state.tables.shown);
      if (root.hidden === shown) {
        root.hidden = !shown;
        covered();
        if (shown) requestAnimationFrame(() => panel?.focus());
      }
      if (!shown) return;
      if (panel) return panel.update(state);
      loading ??= load();
      loading.then(
        (made) => {
          if (panel) return;
          panel = made;
          panel.update(ui.app.store.get());
          panel.focus();
        },
        () => {
          loading = undefined;
          const error = new Error('The part of this page that shows tables did not arrive.');
          ui.app.report(Object.assign(error, { code: 'page_incomplete' }));
          ui.app.tables.show(null);
        },
      );
    },
    leave: () => panel?.leave(),
  };
}
