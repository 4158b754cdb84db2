// Above the field: the documents and tables that questions are answered from, the one that is being read, and the button that
// adds. A table's name opens it beside the chat.
import { h, setChildren, setProps, setText } from '../lib/dom.js';
import { iconButton } from '../lib/icon-button.js';
import { TABLE_FILE } from '../../app/tables.js';

/** What can be read; other files may be tried, too. */
const ACCEPT =
  '.pdf,.docx,.pptx,.epub,.html,.htm,.md,.txt,.srt,.vtt,.xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.json,.jsonl,text/*';

/** @param {import('../lib/view.js').Ui} ui */
export function createDocumentsBar(ui) {
  const { app, i18n } = ui;
  const { t } = i18n;
  const list = h('ul', { 'aria-label': t('documents') });
  const bar = h('progress', { max: 1 });
  const name = h('span', { dir: 'auto' });
  const reading = h(
    'p',
    { class: 'reading', role: 'status', hidden: true },
    name,
    bar,
    iconButton(t('documentStop'), 'close', () => {
      app.documents.stop();
      app.tables.stop();
    }),
  );
  const more = iconButton(t('documentsManage'), 'more', () => ui.showPanel('documents'));
  const root = h(
    'div',
    { class: 'documents', hidden: true },
    h('div', { class: 'those' }, list, more),
    reading,
  );
  const asks = () => import('../documents/asks.js');
  app.documents.onAsk({
    password: async (wrong, file) => (await asks()).askPassword(root, i18n, file, wrong),
    pictures: async (...found) => (await asks()).askPictures(root, i18n, ...found),
  });

  const picker = h('input', {
    type: 'file',
    multiple: true,
    accept: ACCEPT,
    hidden: true,
    'aria-label': t('documentAdd'),
  });
  picker.addEventListener('change', () => {
    const files = [...(picker.files ?? [])];
    picker.value = '';
    const tables = files.filter((file) => TABLE_FILE.test(file.name));
    const others = files.filter((file) => !tables.includes(file));
    if (others.length > 0) void app.documents.add(others);
    if (tables.length > 0) void app.tables.add(tables);
  });
  const button = iconButton(t('documentAdd'), 'clip', () => picker.click());

  /** @param {string} name @param {string} hash */
  function open(name, hash) {
    app.documents.show({ document: name, hash });
    ui.showPanel('document');
  }

  /** @param {import('../../app/documents.js').Attached} document */
  const item = ({ name, hash }) =>
    h(
      'li',
      { class: 'chip' },
      h(
        'button',
        {
          type: 'button',
          class: 'open',
          dir: 'auto',
          onclick: () => open(name, hash),
        },
        name,
      ),
      iconButton(t('documentRemove', { name }), 'close', () => void app.documents.remove(hash)),
    );
  /** @param {import('../../app/tables.js').Attached} table */
  const tableItem = ({ name, hash }) =>
    h(
      'li',
      { class: 'chip' },
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          dir: 'auto',
          title: t('tableOpen'),
          onclick: () => app.tables.show({ hash }),
        },
        name,
      ),
      iconButton(t('documentRemove', { name }), 'close', () => void app.tables.remove(hash)),
    );
  /** @type {[readonly import('../../app/documents.js').Attached[], readonly import('../../app/tables.js').Attached[]]} */
  let shown = [[], []];

  return {
    root,
    button,
    picker,
    /** @param {import('../../app/app.js').AppState} state */
    update({ documents: { list: attached, reading: now, known }, tables }) {
      const table = tables.reading;
      const some = attached.length + tables.list.length > 0 || now || table;
      root.hidden = !some && !(known && app.documents.allowed);
      more.hidden = !known;
      if (attached !== shown[0] || tables.list !== shown[1]) {
        shown = [attached, tables.list];
        // By name, so that the one that was looked at last does not jump.
        const ordered = [...tables.list].sort((a, b) => a.name.localeCompare(b.name));
        setChildren(list, [...attached.map(item), ...ordered.map(tableItem)]);
      }
      reading.hidden = !now && !table;
      if (table) {
        setText(name, t('tableReading', { name: table.name }));
        setProps(bar, { value: table.share > 0 ? table.share : null });
      }
      if (!now) return;
      setText(
        name,
        t(now.pictures ? 'documentPictures' : now.scan ? 'documentReadingScan' : 'documentReading', {
          name: now.name,
          done: now.done,
          total: now.total,
        }),
      );
      setProps(bar, now.total > 0 ? { value: now.done / now.total } : { value: null });
    },
  };
}
