// <loquat-chat>: launcher, frame, methods and events. Small, because it is on every page of a site; the chat itself is
// loaded when the visitor opens it.
import { createFramePanel } from './frame-panel.js';
import { optionsFrom } from './options.js';
import { STYLE } from './launcher-style.js';

/**
 * @typedef {import('./options.js').WidgetOptions} WidgetOptions
 * @typedef {import('./panel-types.js').Panel} Panel
 * @typedef {import('./panel-types.js').PanelModule} PanelModule
 */

/** @param {string | undefined} wanted */
function wordsOf(wanted) {
  const language = wanted && wanted !== 'auto' ? wanted : (globalThis.navigator?.language ?? 'en');
  return __LOQUAT_LAUNCHER__[language.toLowerCase().split('-')[0]] ?? __LOQUAT_LAUNCHER__.en;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string>} attributes @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @returns {SVGElement} */
function bubble() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute(
    'd',
    'M12 3c5 0 9 3.4 9 7.7s-4 7.7-9 7.7c-1 0-2-.1-2.9-.4L4 20.5l1.3-3.9C3.9 15.2 3 13 3 10.7 3 6.4 7 3 12 3z',
  );
  svg.append(path);
  return svg;
}

/** For as long as the visitor is on the site, in this tab. @param {string} key @param {boolean} open */
function remember(key, open) {
  try {
    if (open) sessionStorage.setItem(key, 'yes');
    else sessionStorage.removeItem(key);
  } catch {
    // Storage is blocked: it opens closed.
  }
}

/** @param {string} key */
function remembered(key) {
  try {
    return sessionStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

/** So that importing this on a server does no harm. */
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (class {});

export class LoquatChat extends Base {
  /** Where the chat itself comes from. @type {() => Promise<PanelModule>} */
  static loadPanel = () => Promise.reject(new Error('defineElement() was not called.'));

  /** Where the chat's own page is, for those who want it in a frame. @type {string | undefined} */
  static frameAddress;

  /** What opens the chat by itself, by the rules that a site has written. @type {(() => Promise<typeof import('./opening.js')>) | undefined} */
  static loadOpening;

  /** @type {WidgetOptions} set before the first opening, these count more than attributes */
  options = {};
  /** The shop's own functions; set before the first question, as frameworks do that set properties late. @type {WidgetOptions['tools']} */
  tools;
  /** @type {Promise<Panel> | undefined} */
  #panel;
  #root = this.attachShadow({ mode: 'open' });
  /** @type {HTMLElement | undefined} */
  #frame;
  /** @type {HTMLButtonElement | undefined} */
  #launcher;

  get #all() {
    const attributes = [...this.attributes].map(
      ({ name, value }) => /** @type {[string, string]} */ ([name, value]),
    );
    return { title: 'Loquat', ...optionsFrom(attributes), id: this.#name, attributes, ...this.options };
  }

  /** Several on a page have a conversation each: the first without a name is the site's, others count. */
  get #name() {
    if (this.id) return this.id;
    const unnamed = [...document.querySelectorAll('loquat-chat:not([id])')].indexOf(this);
    return unnamed > 0 ? `#${unnamed + 1}` : '';
  }

  connectedCallback() {
    if (this.#frame) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    const { title, floating, position = 'bottom-right', theme, language, launcherText, config } = this.#all;
    if (theme && theme !== 'auto') this.dataset.theme = theme;
    const role = floating ? 'dialog' : 'region';
    this.#frame = make('div', { class: 'box', part: 'frame', role, 'aria-label': title });
    this.classList.toggle('loquat-floating', Boolean(floating));
    this.#root.replaceChildren(this.#frame);
    if (!floating) return void this.open().catch(() => {});
    this.#frame.hidden = true;
    const again = remembered(this.#openKey);
    const label = launcherText ? [make('span', {}, launcherText)] : [];
    this.#launcher = make(
      'button',
      { class: 'launcher', part: 'launcher', type: 'button' },
      bubble(),
      ...label,
    );
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.#launcher.setAttribute('aria-label', `${launcherText ?? wordsOf(language).open}: ${title}`);
    this.#launcher.addEventListener('click', () => this.toggle());
    const box = make('div', { class: `floating ${position}` }, this.#frame, this.#launcher);
    this.#root.replaceChildren(box);
    if (again)
      void this.open({ focus: false }).catch(() => {}); // it was open on the page before
    else if (config)
      void LoquatChat.loadOpening?.().then(
        ({ watch }) => watch(this, config),
        () => {},
      );
    box.addEventListener('keydown', (event) => {
      // A dialog within, or an answer being written, takes the key first.
      if (event.key === 'Escape' && !event.defaultPrevented && !this.#frame?.querySelector('dialog[open]')) {
        this.close();
      }
    });
  }

  disconnectedCallback() {
    // Moving an element takes it out for a moment.
    queueMicrotask(() => {
      if (!this.isConnected) void this.#free();
    });
  }

  async #free() {
    const panel = this.#panel;
    this.#panel = undefined;
    this.#frame = undefined;
    this.#launcher = undefined;
    this.#root.replaceChildren();
    await panel?.then((made) => made.destroy()).catch(() => {});
  }

  /** @param {string} type @param {unknown} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** Loads the chat, once. @returns {Promise<Panel>} */
  #ready() {
    const frame = this.#frame;
    if (!frame) return Promise.reject(new Error('<loquat-chat> is in no document.'));
    this.#panel ??= (async () => {
      try {
        const options = this.#all;
        const host = {
          element: this,
          emit: (/** @type {string} */ type, /** @type {unknown} */ detail) => this.#emit(type, detail),
          ...(this.#launcher ? { close: () => this.close() } : {}),
        };
        if (options.frame) return await createFramePanel(frame, frameAddressOf(options), options, host);
        const { createPanel } = await LoquatChat.loadPanel();
        return await createPanel(frame, this.#root, options, host);
      } catch (error) {
        this.#panel = undefined; // the next opening tries again
        frame.replaceChildren(make('p', { role: 'alert' }, wordsOf(this.#all.language).failed));
        this.#emit('error', error);
        throw error;
      }
    })();
    return this.#panel;
  }

  get #openKey() {
    return `loquat-widget-open:${this.#name}`;
  }

  get isOpen() {
    return this.#frame?.hidden === false;
  }

  /** @param {{focus?: boolean}} [how] focus: false leaves it where it is */
  async open({ focus = true } = {}) {
    if (!this.#frame) return;
    const opened = !this.isOpen || !this.#panel;
    this.#frame.hidden = false;
    this.#launcher?.setAttribute('aria-expanded', 'true');
    if (opened) this.#emit('open');
    const panel = await this.#ready();
    if (this.#launcher && this.#all.history !== false) remember(this.#openKey, true);
    if (this.#launcher && focus) panel.focusInput();
  }

  close() {
    if (!this.#frame || !this.#launcher || this.#frame.hidden) return;
    this.#frame.hidden = true;
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.#launcher.focus();
    remember(this.#openKey, false);
    this.#emit('close');
  }

  toggle() {
    if (this.isOpen) this.close();
    else void this.open().catch(() => {});
  }

  /** Asks as if the visitor had; resolves when the answer is there. @param {string} text */
  async sendMessage(text) {
    return (await this.#ready()).sendMessage(text);
  }

  /** Shows a message without asking the model. @param {{role: 'user' | 'assistant', text: string}} message */
  async addMessage(message) {
    return (await this.#ready()).addMessage(message);
  }

  /** Begins a new conversation. */
  async clear() {
    return (await this.#ready()).clear();
  }

  /** For the merchant: what was asked in this visit, how it was answered, what it took. */
  async report() {
    return (await this.#ready()).report?.();
  }

  async focusInput() {
    return (await this.#ready()).focusInput();
  }
}

/** @param {WidgetOptions} options */
function frameAddressOf({ frame }) {
  const address = typeof frame === 'string' ? frame : LoquatChat.frameAddress;
  if (address) return address;
  throw Object.assign(new Error('frame has no address.'), {
    code: 'frame_address',
    remedy: 'Say where frame.html is: <loquat-chat frame="/widget/frame.html">.',
  });
}

/** @param {() => Promise<PanelModule>} loadPanel @param {string} [frameAddress] @param {typeof LoquatChat.loadOpening} [loadOpening] */
export function defineElement(loadPanel, frameAddress, loadOpening) {
  LoquatChat.loadPanel = loadPanel;
  LoquatChat.loadOpening = loadOpening;
  LoquatChat.frameAddress = frameAddress;
  const registry = globalThis.customElements;
  if (registry && !registry.get('loquat-chat')) registry.define('loquat-chat', LoquatChat);
}
