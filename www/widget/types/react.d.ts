// <loquat-chat> in React's JSX.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { LoquatChat, LoquatChatAttributes, LoquatChatProperties } from './element.js';

export type { LoquatChat };

type Html = DetailedHTMLProps<HTMLAttributes<LoquatChat>, LoquatChat>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'loquat-chat': Omit<Html, keyof LoquatChatAttributes> & LoquatChatAttributes & LoquatChatProperties;
    }
  }
}
