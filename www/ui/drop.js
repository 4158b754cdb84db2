// Files dropped on the chat: a GGUF becomes the model, a JSON file is imported. Other files are left to the browser.

/** @param {HTMLElement} root @param {import('./context.js').App} app */
export function acceptFiles(root, app) {
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
  root.addEventListener('drop', async (event) => {
    mark(-depth);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    const weights = files.filter(({ name }) => /\.gguf$/i.test(name));
    if (weights.length > 0) void app.model.loadSource({ file: weights });
    else for (const file of files) await app.transfer.importText(await file.text());
  });
}
