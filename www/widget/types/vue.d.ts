// <loquat-chat> in Vue's templates and JSX.
import type { DefineComponent, HTMLAttributes, ReservedProps } from 'vue';
import type { LoquatChat, LoquatChatAttributes, LoquatChatProperties } from './element.js';

export type { LoquatChat };

declare module 'vue' {
  interface GlobalComponents {
    'loquat-chat': DefineComponent<LoquatChatAttributes & LoquatChatProperties>;
  }
}

declare module 'vue/jsx-runtime' {
  namespace JSX {
    interface IntrinsicElements {
      'loquat-chat': Omit<HTMLAttributes, keyof LoquatChatAttributes> &
        ReservedProps &
        LoquatChatAttributes &
        LoquatChatProperties;
    }
  }
}
