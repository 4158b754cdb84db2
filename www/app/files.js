// What becomes of files that are dropped, pasted or opened: a model, conversations, text for the message; or why nothing does.
import { partsText } from '../agent/part-texts.js';
import { addMessage, patchMessage, shownPath } from './chat-tree.js';
import { LoquatError } from '../protocol/messages.js';
import { roughTokens } from './reading-time.js';
import { agreeing } from './settings.js';
import { TABLE_FILE } from './tables.js';

const TEXT = /\.(txt|log|ya?ml|toml|ini|xml|html?|css|js|mjs|ts|py|rs|go|c|h|cpp|java|rb|sh|sql|tex|rst)$/i;
/** What is asked rather than put into a message. */
const DOCUMENT = /\.(pdf|docx|pptx|epub|srt|vtt)$/i;
/** Maps of other programs. */
const MAP = /\.(mm|opml)$/i;
/** Of the context, at most this share is for what goes with a question. */
const SHARE = 0.5;
const CONTEXT = 2048; // tokens, where no model is loaded

/** Among the notes of the storage: the file of a model that was opened last. */
export const HANDLE = 'model-file';

/** Larger ones are no conversations. */
const LONGEST_IMPORT = 64 * 2 ** 20; // bytes

/** Whether a JSON file is a map saved here. @param {File} file */
const isMap = async (file) => /^\s*\{\s*"format":\s*"loquat-map"/.test(await file.slice(0, 200).text());

/** @param {File} file */
const isText = ({ name, type }) => type.startsWith('text/') || TEXT.test(name);

/**
 * @param {import('./app.js').Context} context
 * @param {ReturnType<typeof import('./model.js').createModel>} model
 * @param {() => Promise<ReturnType<typeof import('./exchange/backup.js').createTransfer>>} loadTransfer
 * @param {ReturnType<typeof import('./documents.js').createDocuments>} documents
 * @param {ReturnType<typeof import('./conversations.js').createConversations>} conversations
 * @param {ReturnType<typeof import('./tables.js').createTablesOf>} tables
 */
export function createFiles(
  { store, fail, change, options },
  model,
  loadTransfer,
  documents,
  conversations,
  tables,
) {
  /** @param {string} code @param {string} name @param {import('./app.js').Notice['action']} [action] @param {import('./app.js').Notice['values']} [values] */
  const tell = (code, name, action, values = {}) =>
    store.set({
      notice: { kind: 'info', code, message: name, remedy: '', values, ...(action ? { action } : {}) },
    });

  /** Runs models from their files, and offers to keep one. @param {File[]} files @param {FileSystemFileHandle} [handle] by which it is found again */
  async function openModel(files, handle) {
    if (!(await model.loadSource({ file: files })) || files.length > 1) return;
    const [file] = files;
    // An encrypted storage takes texts only.
    if (handle && !options.seal) await options.storage.setNote(HANDLE, handle).catch(() => {});
    const { measureRoom } = await import('../weights/store/quota.js');
    const { free } = await measureRoom();
    if (free < file.size) return;
    tell(
      'file_model',
      file.name,
      { label: 'keepFile', run: () => void keep(file) },
      { size: file.size, room: free },
    );
  }

  /** @param {File} file */
  async function keep(file) {
    try {
      const [{ importModel }, { entryFor, loadCatalog, cacheIdOf, sourceOf }] = await Promise.all([
        import('../weights/manage/gguf-files.js'),
        import('../weights/sources/catalog.js'),
      ]);
      const catalog = await loadCatalog(new URL('catalog.json', options.base)).catch(() => undefined);
      const entry = catalog && entryFor(catalog, file);
      const source = entry && sourceOf(entry, options.base);
      const as = entry &&
        source && { ...source, id: cacheIdOf(entry, options.base), url: 'url' in source ? source.url : '' };
      const { id } = await importModel(file, {
        ...(as ? { as } : {}),
        onProgress: ({ loaded, total }) =>
          tell('file_keeping', file.name, undefined, { share: total ? loaded / total : 0 }),
      });
      const model = `cached:${id}`;
      change({ model, ...agreeing(store.get().settings, model) });
      tell('file_kept', file.name);
    } catch (error) {
      fail(error);
    }
  }

  /** A map that another program made, as an answer that can be edited. @param {File} file */
  async function showMap(file) {
    try {
      const { openMap } = await import('./maps/files.js');
      /** @type {import('../protocol/parts.js').MapPart} */
      const part = { type: 'map', root: await openMap(file) };
      const { chat } = store.get();
      const parent = shownPath(chat).at(-1)?.id ?? null;
      const asked = addMessage(chat, { parent, role: 'user', text: file.name });
      const text = partsText([part]);
      const put = addMessage(asked.chat, { parent: asked.message.id, role: 'assistant', text });
      const shown = patchMessage(put.chat, put.message.id, { parts: [part] });
      store.set({ chat: shown });
      await conversations.save(shown, [asked.message, shown.messages[put.message.id]]);
    } catch (error) {
      fail(error);
    }
  }

  return {
    openModel,
    /** Folders among what was dropped: all that is in them is read to be asked. @param {readonly FileSystemEntry[]} entries */
    async takeFolders(entries) {
      if (!documents.allowed) return;
      const { filesOf } = await import('./folder-files.js');
      await documents.add(await filesOf(entries));
    },
    attach,
    /** The model's file that was opened last; the browser may ask whether it may be read. @param {FileSystemFileHandle} handle */
    async openAgain(handle) {
      const { requestPermission } =
        /** @type {{requestPermission?: (how: {mode: 'read'}) => Promise<string>}} */ (
          /** @type {unknown} */ (handle)
        );
      try {
        const allowed = (await requestPermission?.call(handle, { mode: 'read' })) ?? 'granted';
        if (allowed === 'granted') await openModel([await handle.getFile()], handle);
      } catch (error) {
        fail(new LoquatError('file_gone', String(/** @type {Error} */ (error).message)));
      }
    },
    /**
     * @param {readonly File[]} files dropped or pasted
     * @param {FileSystemFileHandle} [handle] of the file, if it is one and the browser gives it
     */
    async take(files, handle) {
      const weights = files.filter(({ name }) => /\.gguf$/i.test(name));
      if (weights.length > 0) return openModel(weights, handle);
      const asked = documents.allowed ? files.filter(({ name }) => DOCUMENT.test(name)) : [];
      if (asked.length > 0) await documents.add(asked);
      for (const file of files) {
        const { name, type } = file;
        if (asked.includes(file)) continue;
        if (MAP.test(name) || (/\.json$/i.test(name) && (await isMap(file)))) {
          await showMap(file);
          continue;
        }
        const table = TABLE_FILE.test(name);
        if (/\.(json|md)$/i.test(name) && file.size < LONGEST_IMPORT) {
          const [text, transfer] = await Promise.all([file.text(), loadTransfer()]);
          if (await transfer.mayImport(text)) await transfer.importText(text);
          else if (table) await tables.add([file]);
          else await attach(name, text);
        } else if (table) await tables.add([file]);
        else if (isText(file)) await attach(name, await file.text());
        else tell(type.startsWith('image/') ? 'file_image' : 'file_other', name);
      }
    },
  };

  /**
   * A text goes with the message, if it fits beside the question; else it becomes a document that is searched.
   * @param {string} name @param {string} text
   */
  async function attach(name, text) {
    if (!text.trim()) return;
    const { chat, model: state } = store.get();
    const rough = roughTokens(text);
    const room = (state.info?.context_length ?? CONTEXT) * SHARE;
    const others = chat.conversation.attached ?? [];
    const taken = others.reduce((sum, { tokens }) => sum + tokens, 0);
    // What is far too long need not be counted.
    const count = rough > 4 * room ? undefined : await model.client?.tokenize(text).catch(() => undefined);
    const tokens = count?.length ?? rough;
    if (taken + tokens <= room) return conversations.attach([...others, { name, text, tokens }]);
    const file = new File([text], /\.\w+$/.test(name) ? name : `${name}.txt`, { type: 'text/plain' });
    await documents.add([file]);
    if (store.get().notice?.kind !== 'error') tell('file_searched', name, undefined, { tokens });
    return undefined;
  }
}
