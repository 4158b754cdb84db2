// A map in a message: the board, its tools and what they do. Wires what its modules know.
import { countNodes, fromPart, MOST_NODES, newNode, insert, toPart } from '../../app/maps/tree.js';
import { isAbort } from '../../protocol/messages.js';
import { h, setText } from '../lib/dom.js';
import { createBoard } from './board.js';
import { createEditor } from './editor.js';
import { moreLabels } from './expand.js';
import { filesMenu } from './files-menu.js';
import { onMapKey } from './keys.js';
import { pictureOf } from './picture.js';
import { askLabel } from './rename.js';
import { createTools } from './tools.js';

/**
 * @typedef {import('../../protocol/parts.js').MapPart} MapPart
 * @typedef {import('../../app/maps/tree.js').Node} Node
 * @typedef {import('../lib/view.js').Ui} Ui
 *
 * @typedef {object} MapHome the message that holds it
 * @property {string} message its id
 * @property {(part: MapPart) => void} change stores an edit
 */

/** @param {HTMLElement} figure @param {MapPart} first @param {Ui} ui @param {import('./words.js').MapWords} t @param {MapHome | undefined} home */
export function createMapView(figure, first, ui, t, home) {
  const { app, i18n } = ui;
  const read = fromPart(first.root);
  const growing = () =>
    home !== undefined && app.store.get().generation?.message === home.message && part.growing === true;
  const editable = home !== undefined && !read.cut;
  const canEdit = () => editable && !growing();
  const rtl = getComputedStyle(figure).direction === 'rtl';
  let part = first;
  /** @type {AbortController | undefined} */
  let asking;
  let moving = 0; // the node that waits for a place to go to
  let writing = false;
  const dialog = h('dialog', { class: 'map-large' });

  /** @param {Node} node */
  function nameOf({ label, source, folded, children }) {
    const full = source ? t('from', { label, document: source.document, place: source.place }) : label;
    return folded ? t('folded', { label: full, n: children.length }) : full;
  }

  const board = createBoard({
    rtl,
    label: '',
    nameOf,
    events: {
      select: (id) => (moving ? drop(moving, id) : select(id, true)),
      open: (id) => {
        select(id, true);
        if (canEdit()) void rename();
      },
      toggle: (id) => editor.fold(id),
      source: (id) => {
        select(id, true);
        passage();
      },
      ...(editable ? { drop } : {}),
    },
  });
  const status = h('p', { class: 'map-status', role: 'status' });
  const editor = createEditor(read.root, edited, save, (text) => ui.announce(text), t);
  const files = filesMenu(t, {
    root: () => toPart(editor.root()),
    picture: () => pictureOf(board.shown(), board.places(), board.bounds(), rtl, editor.root().label),
    opened: editable
      ? (root, name) => {
          const opened = fromPart(root).root;
          editor.replace(opened);
          board.look();
          setText(status, t('opened', { name, n: countNodes(opened) }));
        }
      : undefined,
    fail: app.report,
  });
  const tools = createTools(
    t,
    {
      undo: editor.undo,
      redo: editor.redo,
      closer: () => board.camera.zoom(1.3),
      farther: () => board.camera.zoom(1 / 1.3),
      fit: () => board.camera.fit(board.bounds(), { rtl }),
      large: () => enlarge(!dialog.open),
      rename: () => void rename(),
      child: () => void add(false),
      sibling: () => void add(true),
      remove: editor.remove,
      fold: () => editor.fold(),
      up: () => editor.shift(-1),
      down: () => editor.shift(1),
      moveTo: () => {
        moving = editor.selected();
        setText(status, t('moveWhere', { label: editor.node().label }));
        focus();
      },
      expand: () => void expand(),
      stop: () => asking?.abort(),
      passage,
      paint: editor.paint,
    },
    files,
    editable,
    home !== undefined,
  );
  const help = h('p', { class: 'visually-hidden', id: `map-keys-${read.root.id}` }, t('keys'));
  if (editable) board.svg.setAttribute('aria-describedby', help.id);
  const frame = h('div', { class: 'map-frame' }, tools.view, board.root, tools.edit, status, help);
  figure.replaceChildren(frame);
  if (read.cut) setText(status, t('cut', { n: MOST_NODES }));

  /** @param {Node} root @param {number} selected @param {number} kept */
  function edited(root, selected, kept) {
    const had = board.svg.contains(focused());
    draw(root, kept);
    if (had) focus();
    else board.select(selected);
  }

  /** @param {Node} root @param {number} [keep] */
  function draw(root, keep) {
    const title = { title: root.label, n: countNodes(root) };
    board.svg.setAttribute('aria-label', t('tree', title));
    const grows = growing();
    frame.classList.toggle('growing', grows);
    board.draw(root, editor.selected(), { grows, ...(keep === undefined ? {} : { keep }) });
    refresh();
  }

  function refresh() {
    const parent = editor.parent();
    const node = editor.node();
    const at = parent?.children.indexOf(node) ?? 0;
    tools.update({
      canUndo: editor.canUndo(),
      canRedo: editor.canRedo(),
      root: !parent,
      first: at === 0,
      last: !parent || at === parent.children.length - 1,
      folded: node.folded,
      parent: node.children.length > 0,
      passage: Boolean(
        node.source?.hash && app.store.get().documents.list.some(({ hash }) => hash === node.source?.hash),
      ),
      color: node.color,
      busy: asking !== undefined,
      large: dialog.open,
    });
  }

  const focused = () => /** @type {Document | ShadowRoot} */ (board.root.getRootNode()).activeElement;
  const focus = () => {
    board.select(editor.selected());
    board.group(editor.selected())?.focus({ preventScroll: true });
  };

  /** @param {number} id @param {boolean} [withFocus] */
  function select(id, withFocus = false) {
    editor.select(id);
    board.select(id);
    refresh();
    if (withFocus) board.group(id)?.focus({ preventScroll: true });
  }

  /** @param {Node} root */
  function save(root) {
    const { growing: _, ...rest } = part;
    home?.change((part = { ...rest, root: toPart(root) }));
  }

  async function rename() {
    const group = board.group(editor.selected());
    if (!group || writing) return;
    writing = true;
    const label = await askLabel(board.root, group, editor.node().label, t('label'), board.camera.view().k);
    writing = false;
    if (label !== null) editor.rename(label);
    focus();
  }

  /** @param {boolean} beside */
  async function add(beside) {
    if (editor.add(t('newNode'), beside && editor.parent() !== undefined) === undefined) return;
    focus();
    await rename();
  }

  /** @param {number} id @param {number} under */
  function drop(id, under) {
    moving = 0;
    setText(status, '');
    if (!canEdit()) return;
    editor.moveUnder(id, under);
  }

  function passage() {
    const { source } = editor.node();
    const here = app.store.get().documents.list.some(({ hash }) => hash === source?.hash);
    if (!source?.hash || !here) return;
    if (dialog.open) enlarge(false);
    app.documents.show({ type: 'citation', number: 0, ...source });
    ui.showPanel('document');
  }

  /** Has the model add to the selected node. */
  async function expand() {
    if (asking || !home) return;
    const under = editor.selected();
    const path = editor.path().map(({ label }) => label);
    const { label, children } = editor.node();
    const near = [...children, ...(editor.parent()?.children ?? [])].map((each) => each.label);
    const before = editor.root();
    asking = new AbortController();
    setText(status, t('expanding', { label }));
    refresh();
    /** @type {Node[]} */
    let added = [];
    try {
      const { signal } = asking;
      const own = children.map((child) => child.label);
      const labels = await moreLabels(app, home.message, { path, children: own, near }, signal, (so) => {
        if (so.length <= added.length || editor.root() !== before) return;
        added = so.map((each, i) => added[i] ?? newNode(each));
        board.draw(insert(before, under, children.length, added), editor.selected(), { keep: under });
      });
      editor.grow(under, labels);
      const said =
        labels.length > 0 ? t('expandedBy', { label, n: labels.length }) : t('expandedNone', { label });
      setText(status, said);
    } catch (error) {
      setText(status, '');
      // What had come stays.
      if (isAbort(error))
        editor.grow(
          under,
          added.map((node) => node.label),
        );
      else app.report(error);
    } finally {
      asking = undefined;
      if (editor.root() === before) draw(before);
      refresh();
    }
  }

  /** Over the whole window, and back. @param {boolean} wanted */
  function enlarge(wanted) {
    if (wanted === dialog.open) return;
    if (wanted) {
      (figure.closest('.loquat') ?? document.body).append(dialog);
      dialog.setAttribute('aria-label', t('map', { title: editor.root().label }));
      dialog.append(frame);
      dialog.showModal();
    } else dialog.close();
    refresh();
    board.look(false);
    focus();
  }
  dialog.addEventListener('close', () => {
    figure.replaceChildren(frame);
    dialog.remove();
    refresh();
    board.look(false);
  });

  board.svg.addEventListener('keydown', (event) => {
    if (!(/** @type {Element} */ (event.target).closest('[role=treeitem]'))) return;
    const actions = {
      select: (/** @type {number} */ id) => select(id, true),
      rename: () => (moving ? drop(moving, editor.selected()) : void rename()),
      add: (/** @type {boolean} */ beside) => void add(beside),
      escape() {
        if (!moving && !asking) return false;
        moving = 0;
        asking?.abort();
        setText(status, '');
        return true;
      },
    };
    if (!onMapKey(event, editor, board.shown(), actions, { rtl, editable: canEdit() })) return;
    event.preventDefault();
    event.stopPropagation();
  });
  board.svg.addEventListener('focusin', (event) => {
    const id = Number(/** @type {Element} */ (event.target).getAttribute('data-id') ?? 0);
    if (id && id !== editor.selected()) select(id);
  });

  /** On paper it is a picture, whole. */
  const paper = () => {
    if (!figure.isConnected) return removeEventListener('beforeprint', paper);
    const picture = pictureOf(board.shown(), board.places(), board.bounds(), rtl, editor.root().label);
    picture.setAttribute('class', 'map-print');
    figure.append(picture);
    addEventListener('afterprint', () => picture.remove(), { once: true });
  };
  addEventListener('beforeprint', paper);

  /** While it grows, the end is waited for: then it is laid out anew. */
  function watch() {
    if (!growing()) return;
    const stop = app.store.subscribe(() => {
      if (growing()) return;
      stop();
      draw(editor.root());
    });
  }
  draw(read.root);
  watch();

  return {
    /** @param {MapPart} next */
    update(next) {
      if (next === part) return;
      part = next;
      const { root } = fromPart(next.root, editor.root());
      editor.reset(root);
      draw(root);
    },
    language: i18n.language,
  };
}
