// The panel of documents: those that are kept, which of them are asked, what they take, collections of them.
import { createShelf } from '../../app/documents-shelf.js';
import { noticeOf } from '../../app/app.js';
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';
import { h, setText } from '../lib/dom.js';
import { explain } from '../lib/error-words.js';

/** @typedef {import('../../agent/documents/library.js').Stored} Stored */

/** @param {import('../lib/view.js').PanelUi} ui */
export async function createDocumentsPanel(ui) {
  const { app, i18n } = ui;
  const { bytes } = i18n;
  const { language, words } = await loadWords(i18n.language, 'documents');
  /** @param {keyof import('../../locales/tables.js').Documents} key @param {Record<string, string | number>} [values] */
  const w = (key, values = {}) => fill(language, words[key], values);
  const asked = () => app.store.get().documents.list;
  const shelf = createShelf(app.documents, asked);

  const said = h('p', { class: 'note', role: 'status' });
  const lists = h('div', null);
  const keep = h('input', { type: 'checkbox', checked: app.documents.keeps() });
  const encoder = await app.encoder();
  const offered = await encoder.offered();
  const meaning = h('input', { type: 'checkbox', checked: encoder.wanted() });
  const byMeaning = h(
    'div',
    { hidden: !offered },
    h('label', { class: 'keep' }, meaning, w('meaning')),
    h('p', { class: 'note' }, w('meaningHelp', { size: bytes((offered?.approx_mb ?? 0) * 1e6) })),
  );
  const root = h(
    'div',
    { class: 'shelf' },
    lists,
    said,
    byMeaning,
    h('label', { class: 'keep' }, keep, w('keep')),
    h('p', { class: 'note' }, w('keepHelp')),
  );

  /** @param {() => Promise<string | void>} action */
  async function act(action) {
    try {
      setText(said, (await action()) ?? '');
    } catch (error) {
      const { says, remedy } = await explain(i18n.language, noticeOf(error));
      setText(said, `${says} ${remedy}`);
    }
    await draw();
  }
  meaning.addEventListener('change', async () => {
    meaning.disabled = true;
    await act(async () => {
      try {
        if (!meaning.checked) return void (await encoder.stop());
        const onProgress = (/** @type {number} */ loaded, /** @type {number} */ total) =>
          setText(said, w('meaningLoads', { loaded: bytes(loaded), total: bytes(total) }));
        await encoder.start({ onProgress });
        return w('meaningReady');
      } finally {
        meaning.checked = encoder.wanted();
        meaning.disabled = false;
      }
    });
  });
  keep.addEventListener('change', () => void act(() => app.documents.keep(keep.checked)));

  /** @param {string} label @param {string} about what it is done to @param {() => Promise<string | void>} action */
  const button = (label, about, action) =>
    h(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `${label}: ${about}`, onclick: () => void act(action) },
      label,
    );

  /** @param {Stored} stored */
  function row(stored) {
    const { name, hash, pages, notices, file } = stored;
    const box = h('input', { type: 'checkbox', checked: asked().some((each) => each.hash === hash) });
    box.addEventListener('change', () => void act(() => shelf.ask(stored, box.checked)));
    const facts = [...(pages ? [w('pages', { n: pages })] : []), bytes(stored.stored)].join(' · ');
    const remarks = notices.map(({ code, values }) =>
      h(
        'p',
        { class: 'note' },
        w(code === 'document_pages_damaged' ? 'damagedPages' : 'emptyPages', {
          pages: String(values.pages ?? ''),
        }),
      ),
    );
    return h(
      'li',
      null,
      h('label', null, box, h('span', { dir: 'auto' }, name)),
      h('p', { class: 'note' }, facts),
      ...remarks,
      h(
        'div',
        { class: 'row' },
        file && button(w('again'), name, () => shelf.again(stored).then(() => w('readAgain', { name }))),
        button(w('delete'), name, () => shelf.remove(hash).then(() => w('deleted', { name }))),
      ),
    );
  }

  function collections() {
    const name = h('input', {
      type: 'text',
      'aria-label': w('collectionName'),
      placeholder: w('collectionName'),
    });
    const save = h('button', { type: 'submit', class: 'quiet', disabled: asked().length === 0 }, w('save'));
    const form = h('form', { class: 'row' }, name, save);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const called = name.value.trim();
      if (called) void act(async () => (shelf.save(called), w('saved', { name: called })));
    });
    const rows = shelf.collections().map(({ name: called, list }) =>
      h(
        'li',
        null,
        h('span', { dir: 'auto' }, called),
        h('p', { class: 'note', dir: 'auto' }, list.map((each) => each.name).join(', ')),
        h(
          'div',
          { class: 'row' },
          button(w('use'), called, () => shelf.use(called)),
          button(w('delete'), called, async () => shelf.drop(called)),
        ),
      ),
    );
    return [h('h3', null, w('collections')), h('ul', null, ...rows), form];
  }

  async function draw() {
    const stored = await shelf.stored();
    const all = stored.reduce((sum, each) => sum + each.stored, 0);
    const title = stored.length > 0 ? w('kept', { n: stored.length, size: bytes(all) }) : w('none');
    lists.replaceChildren(
      h('p', { class: 'note' }, title),
      h('ul', null, ...stored.map(row)),
      ...(stored.length > 0 ? collections() : []),
    );
  }
  await draw();
  return root;
}
