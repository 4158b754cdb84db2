// <loquat-chat> in Preact's JSX.
import type { HTMLAttributes } from 'preact';
import type { LoquatChat, LoquatChatAttributes, LoquatChatProperties } from './element.js';

export type { LoquatChat };

type Html = HTMLAttributes<LoquatChat>;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'loquat-chat': Omit<Html, keyof LoquatChatAttributes> & LoquatChatAttributes & LoquatChatProperties;
    }
  }
}
