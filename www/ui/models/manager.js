// The model manager: what is kept in this browser and what could be, with what one may do to each.
import { noticeOf } from '../../app/app.js';
import { createLibrary } from '../../app/library.js';
import { h, setText } from '../lib/dom.js';
import { explain } from '../lib/error-words.js';
import { loadFitWords } from './fit-words.js';
import { icon } from '../lib/icons.js';
import { fill } from '../../locales/fill.js';
import { loadWords } from '../../locales/tables.js';

/**
 * @typedef {import('../../app/library.js').Library} Library
 * @typedef {import('../../weights/manage/manager.js').CachedModel} CachedModel
 * @typedef {import('../../weights/fetch/download-speed.js').OnProgress} OnProgress
 */

/** @param {import('../lib/view.js').Ui} ui */
export async function createManager(ui) {
  const { app, i18n } = ui;
  const { bytes, number } = i18n;
  const [{ language, words }, fitWords] = await Promise.all([
    loadWords(i18n.language, 'manager'),
    loadFitWords(i18n),
  ]);
  /** @param {keyof import('../../locales/tables.js').Manager} key @param {Record<string, string | number>} [values] */
  const w = (key, values = {}) => fill(language, words[key], values);
  const library = createLibrary(app, app.base);
  const said = h('p', { class: 'note', role: 'status' });
  const lists = h('div', null);
  const root = h('div', { class: 'manager', 'aria-busy': 'true' }, said, lists);

  /** Runs an action of a button, says how it ended, and draws what has changed. @param {() => Promise<string | void>} action */
  async function act(action) {
    try {
      setText(said, (await action()) ?? '');
    } catch (error) {
      const { says, remedy, detail } = await explain(i18n.language, noticeOf(error));
      setText(said, [says, remedy, detail].filter(Boolean).join(' '));
    }
    await draw();
  }

  /** @param {'verifying' | 'exporting' | 'importing' | 'completing'} key @param {string} name @returns {OnProgress} */
  const progress = (key, name) => (p) => {
    const percent = `${number(p.total ? Math.floor((100 * p.loaded) / p.total) : 0)} %`;
    setText(said, w(key, { name, percent }));
  };

  /** @param {string} label @param {() => void} onclick @param {string} [kind] */
  const button = (label, onclick, kind = 'quiet') =>
    h('button', { type: 'button', class: kind, onclick }, label);

  /** @param {CachedModel} model @param {boolean} used it answers now */
  function cachedRow(model, used) {
    const { id, name, size, stored, complete: whole, verified, files, lastUsed } = model;
    const facts = [
      ...(used ? [w('inUse')] : []),
      whole ? bytes(size) : w('partial', { stored: bytes(stored), size: bytes(size) }),
      ...(files > 1 ? [w('parts', { n: files })] : []),
      ...(whole ? [w(verified)] : []),
      w('lastUsed', { date: new Date(lastUsed).toLocaleDateString(i18n.language) }),
    ];
    const use = () => {
      ui.showPanel(null);
      void library.use(model);
    };
    const complete = () =>
      act(async () => {
        const kept = await library.complete(id, progress('completing', name));
        return kept ? w('imported', { name }) : '';
      });
    const verify = () =>
      act(async () => {
        const { ok, damaged } = await library.verify(id, progress('verifying', name));
        return ok
          ? w('sound', { name })
          : damaged > 0
            ? w('damaged', { name, n: damaged })
            : w('different', { name });
      });
    const save = () =>
      act(async () => {
        for (const file of await library.export(id, progress('exporting', name))) await saveFile(file);
        return w('exported', { name });
      });
    const remove = () =>
      act(async () => {
        await library.remove(id);
        return w('deleted', { name, size: bytes(stored) });
      });
    const keep = h('input', { type: 'checkbox' });
    keep.checked = model.keep;
    keep.addEventListener('change', () => void act(() => library.keep(id, keep.checked)));
    return h(
      'li',
      { 'data-id': id, 'aria-current': used ? 'true' : null },
      h('strong', null, name),
      h('span', { class: 'note' }, facts.join(' · ')),
      h(
        'div',
        { class: 'row' },
        whole ? (used ? null : button(w('use'), use)) : button(w('resume'), complete),
        whole ? button(w('verify'), verify) : null,
        whole ? button(w('export'), save) : null,
        h('label', { class: 'quiet' }, keep, w('keep')),
        model.keep ? null : button(w('delete'), remove),
      ),
    );
  }

  /** @param {Library['offered'][number]} offer */
  function offeredRow({ entry, why, instead }) {
    const size = bytes(entry.size ?? entry.approx_mb * 1e6);
    const facts = [
      entry.size ? size : w('about', { size }),
      entry.quantization,
      entry.languages.map(languageName).join(', '),
      w('context', { n: entry.context_length }),
      ...(entry.thinks ? [w('thinks')] : []),
      entry.licence,
    ];
    const get = () => {
      ui.showPanel(null);
      void library.get(entry);
    };
    return h(
      'li',
      { 'data-id': entry.id },
      h('strong', null, entry.name),
      h('span', { class: 'note' }, facts.join(' · ')),
      why
        ? h('p', { class: 'help' }, fitWords(why, instead))
        : h('div', { class: 'row' }, button(w('get', { size }), get)),
    );
  }

  const languages = new Intl.DisplayNames([i18n.language], { type: 'language' });
  /** @param {string} code */
  const languageName = (code) => languages.of(code) ?? code;

  /** @param {Library['room']} room */
  function roomNote(room) {
    const known = Number.isFinite(room.free);
    const text = known
      ? w('room', { used: bytes(room.usage ?? 0), free: bytes(room.free) })
      : w('roomUnknown');
    const ask = () => act(async () => ((await library.persist()) ? w('persisted') : w('refused')));
    return h(
      'p',
      { class: 'note' },
      `${text} ${w(room.persisted ? 'persisted' : 'notPersisted')} `,
      room.persisted ? null : button(w('persist'), ask),
    );
  }

  function importRow() {
    const file = h('input', {
      type: 'file',
      accept: '.gguf',
      class: 'visually-hidden',
      tabindex: -1,
      'aria-label': w('import'),
    });
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (!chosen) return;
      void act(async () => {
        await library.add(chosen, progress('importing', chosen.name));
        return w('imported', { name: chosen.name });
      });
    });
    return h(
      'div',
      null,
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: () => file.click() },
        icon('upload'),
        w('import'),
      ),
      file,
      h('p', { class: 'note' }, w('importNote')),
    );
  }

  async function draw() {
    const { cached, offered, room, inUse } = await library.read();
    const here =
      cached.length > 0
        ? h('ul', null, ...cached.map((model) => cachedRow(model, model.id === inUse)))
        : h('p', null, w('none'));
    const more = h('ul', null, ...offered.map(offeredRow));
    lists.replaceChildren(
      h('fieldset', { class: 'here' }, h('legend', null, w('here')), here, roomNote(room), importRow()),
      h(
        'fieldset',
        { class: 'more' },
        h('legend', null, w('more')),
        h('p', { class: 'note' }, w('moreNote')),
        more,
      ),
    );
    root.removeAttribute('aria-busy');
  }
  void act(async () => {});
  return root;
}

/**
 * To where the person says, piece by piece; where browsers can't do that, as a download of the whole.
 * @param {import('../../weights/manage/gguf-files.js').ExportedFile} file
 */
async function saveFile({ name, stream }) {
  const pick =
    /** @type {{showSaveFilePicker?: (options: {suggestedName: string}) => Promise<FileSystemFileHandle>}} */ (
      /** @type {unknown} */ (globalThis)
    ).showSaveFilePicker;
  if (pick) {
    const handle = await pick({ suggestedName: name });
    return stream.pipeTo(await handle.createWritable());
  }
  const url = URL.createObjectURL(await new Response(stream).blob());
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
