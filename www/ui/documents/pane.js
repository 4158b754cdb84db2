// A document beside the chat, opened at the passage that an answer cites; on a narrow screen a sheet over it. The pages
// themselves are pdf-view.js and text-view.js.
import { shownPath } from '../../app/chat-tree.js';
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';
import { h, setProps, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { adoptSheet } from '../lib/style-sheet.js';
import { createPaneSearch } from './pane-search.js';
import { createTextView } from './text-view.js';

/**
 * @typedef {import('../lib/view.js').Ui} Ui
 * @typedef {import('../../app/documents.js').Shown} Shown
 * @typedef {import('./text-view.js').DocumentView} DocumentView
 * @typedef {import('./text-view.js').Passage} Passage
 */

const NARROW = 768; // pixels of the frame; as in chat.css
const ZOOMS = [100, 125, 150, 200, 300]; // percent of the pane's width

/** One pane a shell. @type {WeakMap<HTMLElement, Promise<{show: () => Promise<void>}>>} */
const panes = new WeakMap();

/** Opens what `app.documents.show` was given. @param {Ui} ui @param {HTMLElement} frame what it stands in, beside the chat */
export async function showPane(ui, frame) {
  const made = panes.get(frame) ?? createPane(ui, frame);
  panes.set(frame, made);
  made.catch(() => panes.delete(frame));
  await (await made).show();
}

/** The citations of the conversation that can be opened. @param {import('../../app/app.js').AppState} state @returns {Shown[]} */
function citationsOf({ chat, documents: { list } }) {
  const parts = shownPath(chat).flatMap((message) => message.parts ?? []);
  return /** @type {any[]} */ (
    parts.filter(
      (part) => part.type === 'citation' && list.some(({ hash }) => hash === /** @type {any} */ (part).hash),
    )
  );
}

/** @param {Ui} ui @param {HTMLElement} frame */
async function createPane(ui, frame) {
  const { app, i18n } = ui;
  const [{ language, words }] = await Promise.all([
    loadWords(i18n.language, 'documents'),
    adoptSheet(frame, new URL('./documents.css', import.meta.url).href),
  ]);
  /** @param {keyof import('../../locales/tables.js').Documents} key @param {Record<string, string | number>} [values] */
  const w = (key, values = {}) => fill(language, words[key], values);

  const title = h('h2', { dir: 'auto' });
  const before = iconButton(w('citationBefore'), 'left', () => step(-1));
  const after = iconButton(w('citationAfter'), 'right', () => step(1));
  const count = h('span', { class: 'count', 'aria-live': 'polite' });
  const citations = h(
    'div',
    { class: 'group', role: 'group', 'aria-label': w('citations') },
    before,
    count,
    after,
  );
  const page = h('input', { type: 'number', min: 1, inputmode: 'numeric', 'aria-label': w('page') });
  const pages = h('span', null);
  const smaller = iconButton(w('smaller'), 'minus', () => zoomBy(-1));
  const larger = iconButton(w('larger'), 'plus', () => zoomBy(1));
  const paging = h('div', { class: 'group' }, page, pages, smaller, larger);
  const state = h('p', { class: 'note', role: 'status' });
  const scroller = h('div', { class: 'shown', tabindex: 0, role: 'region' });
  const search = createPaneSearch(w, i18n.number, (hit, text) => {
    view?.clear('found');
    void view?.reveal(hit.unit, text, hit.nth, 'found');
  });
  const leave = iconButton(i18n.t('close'), 'close', () => close());
  const root = h(
    'dialog',
    { class: 'document-pane' },
    h('header', null, title, leave, h('div', { class: 'tools' }, citations, paging, search.root)),
    state,
    scroller,
  );
  frame.append(root);

  /** @type {DocumentView | undefined} */
  let view;
  /** @type {Passage[]} */
  let passages = [];
  let open = ''; // hash of the document that is shown
  let turn = 0; // which call of show() is the last
  let zoom = 0;
  /** @type {Element | null} */
  let cameFrom = null;

  const isNarrow = () => frame.clientWidth <= NARROW;

  /** Beside the chat, or over it and alone. */
  function stand() {
    const modal = isNarrow();
    if (root.open && root.matches(':modal') === modal) return;
    const focused = /** @type {ShadowRoot | Document} */ (root.getRootNode()).activeElement;
    if (root.open) root.close();
    frame.classList.toggle('with-document', !modal);
    if (modal) root.showModal();
    else root.show();
    if (root.contains(focused)) /** @type {HTMLElement} */ (focused).focus();
  }
  new ResizeObserver(() => root.open && stand()).observe(frame);

  function close() {
    turn += 1;
    if (root.open) root.close();
    frame.classList.remove('with-document');
    forget();
    app.documents.show(null);
    if (cameFrom?.isConnected) /** @type {HTMLElement} */ (cameFrom).focus();
    else ui.focusInput();
  }

  function forget() {
    view?.close();
    view = undefined;
    open = '';
    passages = [];
    scroller.replaceChildren();
  }

  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.target === scroller && (event.key === 'n' || event.key === 'p')) {
      step(event.key === 'n' ? 1 : -1);
    }
  });
  root.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });

  /** @param {number} by */
  function step(by) {
    const all = citationsOf(app.store.get());
    const at = all.indexOf(/** @type {Shown} */ (app.store.get().documents.shown));
    const next = all[at < 0 ? 0 : at + by];
    if (!next) return;
    app.documents.show(next);
    void show();
  }

  function drawCount() {
    const all = citationsOf(app.store.get());
    const at = all.indexOf(/** @type {Shown} */ (app.store.get().documents.shown));
    citations.hidden = all.length === 0;
    setText(count, w('countOf', { n: at < 0 ? '–' : i18n.number(at + 1), all: i18n.number(all.length) }));
    setProps(before, { disabled: at <= 0 });
    setProps(after, { disabled: at >= all.length - 1 });
  }

  /** @param {number} by */
  function zoomBy(by) {
    zoom = Math.min(Math.max(zoom + by, 0), ZOOMS.length - 1);
    const at = view?.pages?.current() ?? 1;
    if (view) view.root.style.width = `${ZOOMS[zoom]}%`;
    view?.pages?.go(at);
    setProps(smaller, { disabled: zoom === 0 });
    setProps(larger, { disabled: zoom === ZOOMS.length - 1 });
  }

  function drawPage() {
    if (!view?.pages || document.activeElement === page) return;
    page.value = String(view.pages.current());
  }
  page.addEventListener('change', () => {
    const wanted = Math.min(Math.max(Math.round(Number(page.value)) || 1, 1), view?.pages?.count ?? 1);
    page.value = String(wanted);
    view?.pages?.go(wanted);
  });

  /** @param {string} hash @param {string} name */
  async function openDocument(hash, name) {
    const library = await app.documents.library();
    const labels = new Map();
    const [read, pdf] = await Promise.all([
      library.passages(hash),
      library.pdf(hash, app.documents.passwordFor(name)).catch(() => undefined), // then as it was read
    ]);
    for (const { place } of read) if (place.anchor?.page) labels.set(place.anchor.page, place.label);
    const nameOf = (/** @type {number} */ n) => w('pageName', { page: labels.get(n) ?? String(n) });
    const { createPdfView } = await import('./pdf-view.js');
    return { read, made: pdf ? await createPdfView(pdf, scroller, nameOf) : createTextView(read) };
  }

  /** Shows what is to be shown, opening its document if it is another. */
  async function show() {
    const cited = app.store.get().documents.shown;
    if (!cited?.hash) return;
    const mine = (turn += 1);
    if (!root.open) cameFrom = /** @type {ShadowRoot | Document} */ (frame.getRootNode()).activeElement;
    setText(title, cited.document);
    setProps(root, { 'aria-label': `${i18n.t('document')}: ${cited.document}` });
    setProps(scroller, { 'aria-label': cited.document });
    stand();
    drawCount();
    scroller.focus({ preventScroll: true });
    try {
      if (open !== cited.hash) {
        forget();
        state.hidden = false;
        setText(state, w('opening'));
        const { read, made } = await openDocument(cited.hash, cited.document);
        if (mine !== turn) return made.close();
        [view, passages, open] = [made, read, cited.hash];
        scroller.replaceChildren(made.root);
        search.use(passages, made.unitOf);
        paging.hidden = !made.pages;
        setProps(page, { max: made.pages?.count ?? 1 });
        setText(pages, w('pageOf', { count: made.pages?.count ?? 1 }));
        made.pages?.onturn(drawPage);
        zoom = 0;
        zoomBy(0);
      }
      await point(cited, mine);
    } catch (error) {
      if (mine !== turn) return;
      state.hidden = false;
      setText(state, w('gone'));
    }
  }

  /** @param {Shown} cited @param {number} mine */
  async function point({ anchor, quote = '' }, mine) {
    view?.clear('cited');
    const number = /** @type {{passage?: number} | undefined} */ (anchor)?.passage ?? 0;
    const passage = passages.find((each) => each.number === number) ?? passages[0];
    if (!view || !passage) throw new Error('nothing was read');
    const marked = await view.reveal(view.unitOf(passage), quote);
    if (mine !== turn) return;
    state.hidden = marked || quote === '';
    if (!marked) setText(state, w('notMarked'));
    drawPage();
  }

  app.store.subscribe(({ documents, chat }, earlier) => {
    if (!root.open) return;
    if (
      documents.list !== earlier.documents.list &&
      !documents.list.some(({ hash }) => hash === open) &&
      open
    )
      return close();
    if (chat !== earlier.chat) drawCount();
  });
  return { show };
}
