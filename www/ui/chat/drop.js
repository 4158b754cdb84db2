// Files dropped on the chat or pasted into it. What becomes of them is the app's matter.

/** Longer ones go with the message, out of the way of what one writes. */
const LONG_PASTE = 3000; // characters

/** By it a file is found again at the next visit, where the browser gives one. @param {DragEvent} event @returns {Promise<FileSystemFileHandle | undefined>} */
async function handleOf({ dataTransfer }) {
  const item = /** @type {{getAsFileSystemHandle?: () => Promise<FileSystemFileHandle>} | undefined} */ (
    /** @type {unknown} */ (dataTransfer?.items[0])
  );
  return dataTransfer?.items.length === 1 ? item?.getAsFileSystemHandle?.() : undefined;
}

/** @param {HTMLElement} root @param {import('../lib/view.js').Ui} ui */
export function acceptFiles(root, { app, i18n, welcome }) {
  root.dataset.drop = i18n.t('dropHere');
  let depth = 0;
  const mark = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    root.classList.toggle('dropping', depth > 0);
  };
  /** @param {DragEvent} event */
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files') === true;

  root.addEventListener('dragenter', (event) => hasFiles(event) && mark(1));
  root.addEventListener('dragleave', (event) => hasFiles(event) && mark(-1));
  root.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault(); // or the browser would open the file
  });
  root.addEventListener('drop', (event) => {
    mark(-depth);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
    if (entries.some((entry) => entry.isDirectory))
      return void app.files().then((to) => to.takeFolders(entries), app.report);
    // To be had during the event only.
    const handle = handleOf(event).catch(() => undefined);
    void Promise.all([app.files(), handle]).then(([to, found]) => to.take(files, found), app.report);
  });
  /** @param {ClipboardEvent} event */
  function pasteText(event) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (welcome || text.length < LONG_PASTE || !target.closest('.composer')) return;
    event.preventDefault();
    void app.files().then((to) => to.attach(i18n.t('pastedText'), text), app.report);
  }

  root.addEventListener('paste', (event) => {
    pasteText(event);
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return; // words come with a picture of them
    event.preventDefault();
    void app.files().then((to) => to.take(files), app.report);
  });
}
