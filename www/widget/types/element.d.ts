// <loquat-chat> for TypeScript: what `document.querySelector('loquat-chat')` gives, and the attributes by name. The types for
// frameworks are beside this. A test holds the attributes to those that options.js reads.
import type { LoquatChat } from '../chat-element.js';

export type { LoquatChat };

type Flag = boolean | 'yes' | 'no' | 'true' | 'false' | '';

/** As docs/embed.md describes them. */
export interface LoquatChatAttributes {
  id?: string;
  model?: string;
  'model-name'?: string;
  'model-size'?: number | string;
  heading?: string;
  system?: string;
  persona?: string;
  greeting?: string;
  'quick-replies'?: string;
  config?: string;
  knowledge?: string;
  language?: string;
  theme?: 'auto' | 'light' | 'dark';
  policy?: string;
  face?: string;
  position?: 'bottom-right' | 'bottom-left';
  'launcher-text'?: string;
  backend?: 'auto' | 'gpu' | 'cpu' | 'scalar';
  'max-tokens'?: number | string;
  temperature?: number | string;
  'repetition-penalty'?: number | string;
  remote?: string;
  'remote-model'?: string;
  documents?: Flag;
  history?: Flag;
  frame?: Flag | string;
  floating?: Flag;
}

/** What a framework may set besides: the element's own properties. */
export interface LoquatChatProperties {
  options?: LoquatChat['options'];
  tools?: LoquatChat['tools'];
}

declare global {
  interface HTMLElementTagNameMap {
    'loquat-chat': LoquatChat;
  }
}
