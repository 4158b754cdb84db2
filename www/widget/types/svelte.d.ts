// <loquat-chat> in Svelte's templates.
import type { HTMLAttributes } from 'svelte/elements';
import type { LoquatChat, LoquatChatAttributes, LoquatChatProperties } from './element.js';

export type { LoquatChat };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'loquat-chat': Omit<HTMLAttributes<LoquatChat>, keyof LoquatChatAttributes> &
      LoquatChatAttributes &
      LoquatChatProperties;
  }
}
