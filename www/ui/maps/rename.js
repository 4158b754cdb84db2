// The field over a node in which its label is written.
import { confirmsInput, h } from '../lib/dom.js';

/**
 * @param {HTMLElement} board @param {Element} group the node's @param {string} label @param {string} name of the field
 * @param {number} scale
 * @returns {Promise<string | null>} null: left as it was
 */
export function askLabel(board, group, label, name, scale) {
  const around = board.getBoundingClientRect();
  const box = (group.querySelector('.box') ?? group).getBoundingClientRect();
  const field = h('input', {
    type: 'text',
    class: 'map-field',
    'aria-label': name,
    dir: 'auto',
    maxlength: 2000,
  });
  field.value = label;
  const width = Math.min(around.width - 16, Math.max(box.width, 180));
  const left = Math.min(Math.max(8, box.left - around.left), around.width - width - 8);
  const top = Math.min(Math.max(8, box.top - around.top + (box.height - 44) / 2), around.height - 52);
  field.style.width = `${width}px`;
  field.style.left = `${left}px`;
  field.style.top = `${top}px`;
  field.style.fontSize = `${Math.max(16, 14 * scale)}px`;
  board.append(field);
  field.focus();
  field.select();
  return new Promise((resolve) => {
    let open = true;
    const end = (/** @type {string | null} */ value) => {
      if (!open) return;
      open = false;
      field.remove();
      resolve(value);
    };
    field.addEventListener('keydown', (event) => {
      event.stopPropagation(); // no key of the tree
      if (confirmsInput(event)) return;
      if (event.key === 'Enter') end(field.value);
      else if (event.key === 'Escape') {
        event.preventDefault();
        end(null);
      }
    });
    field.addEventListener('blur', () => end(field.value));
  });
}
