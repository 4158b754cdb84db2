// Defines <loquat-chat> for sites that import it: `import 'loquat/element'`.
import { defineElement, LoquatChat } from './chat-element.js';

defineElement(() => import('./panel.js'));
export { LoquatChat };
