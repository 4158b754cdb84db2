// Text to the clipboard.

/** @param {string} text @param {HTMLElement} from @returns {Promise<boolean>} whether it is in the clipboard */
export async function copyText(text, from) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission or no secure context: select it, so that the person can copy it by hand.
    const range = document.createRange();
    range.selectNodeContents(from);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    return false;
  }
}
