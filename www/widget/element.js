// Defines <loquat-chat> for sites that import it: `import 'loquat-chat/element'`.
import { defineElement, LoquatChat } from './chat-element.js';

/** @typedef {import('./types/element.js').LoquatChatAttributes} LoquatChatAttributes */

defineElement(
  () => import('./panel.js'),
  undefined,
  () => import('./opening.js'),
);
export { LoquatChat };
