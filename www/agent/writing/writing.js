// A template filled, step by step: code writes what is given, the model one short completion for each slot, and a slot that the
// model can't fill rightly is filled by code. Its state is plain data, so that it can be stopped, changed and gone on with.
import { fillBody, parseBody, renderNodes, tidy } from './body.js';
import { derive } from './derive.js';
import { linesOf, tableOf } from './lines.js';
import { hasFact, inventedIn, numbersIn } from './facts.js';
import { grammarOf } from './grammar.js';
import { keepsPassage, repeats } from './reply-check.js';
import { isCjk, keySentences, passagesOf, sentencesOf } from './words.js';

/**
 * @typedef {import('./template.js').Template} Template
 * @typedef {import('./template.js').Slot} Slot
 * @typedef {import('./body.js').Value} Value
 * @typedef {import('./body.js').Scope} Scope
 * @typedef {Record<string, string>} Values what was filled in, by field
 * @typedef {{text: string | string[], by: 'model' | 'code' | 'person', asked: number}} Filled
 * @typedef {Record<string, Filled>} State by the slot's place: `part[2]`
 * @typedef {{key: string, label: string, n: number, text: string, by: Filled['by'] | '', list: boolean}} StepShown
 * @typedef {{parameters?: number}} Ability of the model
 * @typedef {{type: 'ask', key: string, label: string, messages: import('../../protocol/messages.js').ChatMessage[], constraint?: import('../../protocol/messages.js').Constraint, max_tokens: number, temperature: number} | {type: 'pause', key: string} | {type: 'done'}} Step
 */

/** Times that a slot is asked for, each with more chance than the one before. */
const TEMPERATURES = [0, 0.5, 0.9];
/** A model of fewer parameters is asked once or twice: it gets no better. */
const SMALL = 250e6;
/** Chinese and Japanese are not asked of models below this, unless the slot says otherwise: they don't speak them. */
const SPEAKS_CJK = 300e6;
const MOST_ENTRIES = 40;
const LONGEST_SHOWN = 1600; // characters of a field in a prompt
const LONGEST_BEFORE = 300; // characters of what was written before

/** @param {string} language */
const codeOf = (language) =>
  /english|英|^en/i.test(language)
    ? 'en'
    : /日|japan|^ja/i.test(language)
      ? 'ja'
      : /chin|中|汉|漢|^zh/i.test(language)
        ? 'zh'
        : language;

export class Writing {
  /** @type {Map<string, Value>} */
  #derived = new Map();
  #asked = 0;
  /** The slot that was asked for last. @type {{key: string, name: string, scope: Scope} | undefined} */
  #open;
  /** Waits no more. */
  #passed = false;

  /** @param {{template: Template, values: Values, state?: State, ability?: Ability, pause?: boolean}} from */
  constructor({ template, values, state = {}, ability = {}, pause = false }) {
    this.template = template;
    this.values = values;
    /** @type {State} */
    this.state = { ...state };
    this.ability = ability;
    this.pause = pause;
    this.nodes = parseBody(template.body);
    const given = template.fields.map(({ id, label }) => (values[id] ? `${label}: ${values[id]}` : ''));
    /** All that may be drawn from. */
    this.given = given.filter(Boolean).join('\n');
    const to = template.to ? values[template.to] : '';
    this.language = to ? codeOf(to) : template.language;
  }

  /** @param {string} name @returns {Value} */
  #value(name) {
    const { fields, derive: lists = {} } = this.template;
    const field = fields.find(({ id }) => id === name);
    if (field) {
      const text = (this.values[name] ?? '').trim();
      if (text === '') return undefined;
      if (field.kind === 'list') return linesOf(text).slice(0, MOST_ENTRIES);
      return field.kind === 'table' ? tableOf(text) : text;
    }
    const list = lists[name];
    if (!list) return undefined;
    if (!this.#derived.has(name))
      this.#derived.set(
        name,
        derive(list, (id) => this.values[id] ?? '', this.template.language),
      );
    return this.#derived.get(name);
  }

  /** The names' meanings; `missing` hears of slots that are not filled. @param {(name: string, key: string, scope: {path: string}) => Value} missing @returns {Scope} */
  #scope(missing) {
    return {
      look: (name, path) => {
        const slot = this.template.slots[name];
        if (!slot) return this.#value(name);
        const key = `${name}${path}`;
        if (slot.as === 'passages') {
          const pieces = this.#passages(slot);
          const done = pieces.map(
            (_, i) =>
              this.state[`${key}[${i}]`]?.text ?? missing(name, `${key}[${i}]`, { path: `${path}[${i}]` }),
          );
          return done.filter((each) => each !== undefined && each !== '').join('\n\n');
        }
        return this.state[key]?.text ?? missing(name, key, { path });
      },
    };
  }

  /** @param {Slot} slot */
  #passages = ({ of = '' }) => passagesOf(this.values[of] ?? '').slice(0, 200);

  /** The text as it is so far; slots that are still open are left out. */
  text() {
    return tidy(
      renderNodes(
        this.nodes,
        this.#scope(() => undefined),
      ),
    );
  }

  /** What was asked for and what is to come, as far as it is known. @returns {StepShown[]} */
  steps() {
    /** @type {Map<string, StepShown>} */
    const steps = new Map();
    const { slots } = this.template;
    /** @param {string} name @param {string} key */
    const add = (name, key) => {
      const filled = this.state[key];
      const { label, as } = slots[name];
      const n = Number(/\[(\d+)\]$/.exec(key)?.[1] ?? -1) + 1;
      const text = filled ? [filled.text].flat().join('\n') : '';
      steps.set(key, { key, label, n, text, by: filled?.by ?? '', list: as === 'list' });
    };
    const look = this.#scope(() => undefined).look;
    renderNodes(this.nodes, {
      look: (name, path) => {
        const slot = slots[name];
        if (slot?.as === 'passages')
          this.#passages(slot).forEach((_, i) => add(name, `${name}${path}[${i}]`));
        else if (slot) add(name, `${name}${path}`);
        return look(name, path);
      },
    });
    return [...steps.values()];
  }

  get done() {
    return this.#next() === undefined;
  }

  /** The first slot that is open. @returns {{key: string, name: string, scope: Scope} | undefined} */
  #next() {
    /** @type {{key: string, name: string, scope: Scope} | undefined} */
    let first;
    /** Where sections stand, so that a slot in one sees its entry. @type {import('./body.js').Node[]} */
    const nodes = this.nodes;
    const scope = this.#scope((name, key, { path }) => {
      first ??= { key, name, scope: { ...scope, path, ...this.#entryAt(nodes, name, path) } };
      return undefined;
    });
    renderNodes(nodes, scope);
    return first;
  }

  /** The entry that a slot in a section is written for. @param {readonly import('./body.js').Node[]} nodes @param {string} name @param {string} path @returns {Pick<Scope, 'entry' | 'n'>} */
  #entryAt(nodes, name, path) {
    const index = Number(/\[(\d+)\]$/.exec(path)?.[1] ?? -1);
    if (index < 0) return {};
    const { slots } = this.template;
    if (slots[name].as === 'passages') return { entry: this.#passages(slots[name])[index], n: index + 1 };
    for (const node of nodes) {
      if (node.type !== 'section' || node.unless) continue;
      const holds = node.nodes.some((each) => each.type === 'place' && each.name === name);
      if (!holds) continue;
      const list = this.#scope(() => undefined).look(node.name, '');
      if (Array.isArray(list)) return { entry: list[index], n: index + 1 };
    }
    return {};
  }

  /** @param {Slot} slot @param {Scope} scope @returns {[least: number, most: number]} */
  #count({ as, count }, scope) {
    if (as === 'passages') {
      const sentences = sentencesOf(String(scope.entry ?? '')).length;
      return [1, Math.max(2, Math.min(12, sentences + 1))];
    }
    const wanted =
      typeof count === 'string'
        ? Number(numbersIn(this.values[count] ?? '')[0]?.value ?? this.values[count]) || 3
        : (count ?? 1);
    const n = Math.max(1, Math.min(20, wanted));
    return [n, n];
  }

  /** @param {Slot} slot @param {Scope} scope */
  #source(slot, scope) {
    if (slot.as === 'passages') return `${scope.entry ?? ''}\n${this.values.glossary ?? ''}`;
    const entry =
      typeof scope.entry === 'object' ? Object.values(scope.entry).join('\n') : (scope.entry ?? '');
    return `${this.given}\n${entry}`;
  }

  /** Languages that this template writes and the model does not speak, slots that are too much for it. @param {Slot} slot */
  #canAsk({ least }) {
    const { parameters = Infinity } = this.ability;
    if (least !== undefined) return parameters >= least * 1e6;
    return this.language === 'en' || parameters >= SPEAKS_CJK;
  }

  /** @param {Slot} slot @param {Scope} scope @returns {import('../../protocol/messages.js').ChatMessage[]} */
  #messages(slot, scope) {
    const { role, fields } = this.template;
    const see = slot.see ?? (slot.as === 'passages' ? [] : fields.map(({ id }) => id));
    const facts = see.flatMap((id) => {
      const field = fields.find((each) => each.id === id);
      const value = (this.values[id] ?? '').trim().slice(0, LONGEST_SHOWN);
      if (!field || !value) return [];
      return [value.includes('\n') ? `${field.label}:\n${value}` : `${field.label}: ${value}`];
    });
    const before = slot.before ? this.text().slice(-LONGEST_BEFORE) : '';
    const ask = fillBody(slot.ask, scope);
    const content = [facts.join('\n'), before ? `… ${before}` : '', ask].filter(Boolean).join('\n\n');
    return [
      ...(role ? [{ role: /** @type {const} */ ('system'), content: role }] : []),
      { role: 'user', content },
    ];
  }

  /**
   * Goes on: `reply` is what the model wrote for the step before.
   * @param {string} [reply] @returns {Step}
   */
  next(reply) {
    if (this.#open && reply !== undefined) this.#take(reply);
    for (;;) {
      const open = this.#next();
      this.#open = open;
      if (!open) return { type: 'done' };
      const { key, name, scope } = open;
      const slot = this.template.slots[name];
      const { pause } = this.template;
      if (this.pause && !this.#passed && pause && this.state[pause] && pause !== name) {
        this.#passed = true;
        return { type: 'pause', key: pause };
      }
      const tries = (this.ability.parameters ?? Infinity) < SMALL ? 2 : TEMPERATURES.length;
      if (!this.#canAsk(slot) || this.#asked >= tries) {
        this.#fill(key, this.#byCode(slot, scope), 'code');
        continue;
      }
      const options = this.#options(slot, scope);
      if (slot.as === 'choice' && options.length < 2) {
        this.#fill(key, options[0] ?? '', 'code');
        continue;
      }
      const grammar = grammarOf(slot, {
        language: this.language,
        count: this.#count(slot, scope),
        given: this.#source(slot, scope),
        free: this.#free(slot),
        options,
      });
      return {
        type: 'ask',
        key,
        label: slot.label,
        messages: this.#messages(slot, scope),
        temperature: TEMPERATURES[this.#asked],
        ...grammar,
      };
    }
  }

  /** @param {string} name @param {Scope} scope @returns {Value} */
  #scoped(name, scope) {
    const { entry } = scope;
    return typeof entry === 'object' && name in entry ? entry[name] : this.#value(name);
  }

  /** What there is to choose from. @param {Slot} slot @param {Scope} scope */
  #options = ({ options = '' }, scope) =>
    String(this.#scoped(options, scope) ?? '')
      .split('\n')
      .filter(Boolean);

  /** Whether names may be made up: in stories, and in another language. @param {Slot} slot */
  #free = (slot) => Boolean(slot.free ?? this.template.free) || Boolean(this.template.to);

  /** @param {string} key @param {string | string[]} text @param {Filled['by']} by */
  #fill(key, text, by) {
    this.state = { ...this.state, [key]: { text, by, asked: this.#asked } };
    this.#asked = 0;
  }

  /** @param {string} reply */
  #take(reply) {
    const { key, name, scope } = /** @type {{key: string, name: string, scope: Scope}} */ (this.#open);
    const slot = this.template.slots[name];
    this.#asked += 1;
    const text = this.#read(slot, reply, scope);
    if (text !== undefined) this.#fill(key, text, 'model');
  }

  /** A reply as the slot's text, or nothing if it is not right. @param {Slot} slot @param {string} reply @param {Scope} scope @returns {string | string[] | undefined} */
  #read(slot, reply, scope) {
    const text = reply.trim().replace(/^["“]([^"“”]+)["”]$/, '$1');
    if (!text) return undefined;
    if (slot.as === 'choice') return this.#options(slot, scope).find((option) => option === text);
    const lines = slot.as === 'list' || slot.as === 'verse' ? linesOf(text) : [text];
    const [least, most] = this.#count(slot, scope);
    if ((slot.as === 'list' || slot.as === 'verse') && lines.length !== most) return undefined;
    if (slot.as === 'sentences' && !this.template.free && slot.count !== undefined) {
      const sentences = sentencesOf(text).length;
      if (sentences < least || sentences > most || !/[.!?。！？]["”’」]?$/.test(text)) return undefined;
    }
    if (/^(?:zh|ja)/.test(this.language) !== isCjk(text)) return undefined;
    const source = this.#source(slot, scope);
    const invented = inventedIn(text, source);
    if (invented.some(({ kind }) => kind === 'number' || !this.#free(slot))) return undefined;
    const needed = (slot.facts ?? []).flatMap((id) => [this.#value(id) ?? []].flat().map(String));
    if (needed.some((fact) => !hasFact(text, { kind: 'words', text: fact }))) return undefined;
    if (slot.as === 'passages') {
      const { glossary = '' } = this.values;
      if (!keepsPassage(text, String(scope.entry ?? ''), { glossary, translated: Boolean(this.template.to) }))
        return undefined;
    }
    const before = Object.values(this.state).flatMap((each) =>
      each.by === 'model' ? [each.text].flat() : [],
    );
    if (repeats(lines, text, slot, before)) return undefined;
    return slot.as === 'list' ? lines : lines.join(slot.as === 'verse' ? '\\\n' : '\n');
  }

  /** @param {Slot} slot @param {Scope} scope @returns {string | string[]} */
  #byCode(slot, scope) {
    if (slot.as === 'passages') return String(scope.entry ?? '');
    const [, count] = this.#count(slot, scope);
    if (slot.pick) {
      const text =
        typeof scope.entry === 'object' && slot.pick in scope.entry
          ? scope.entry[slot.pick]
          : (this.values[slot.pick] ?? '');
      const key = keySentences(String(text), count);
      return slot.as === 'list' ? key : key.join(isCjk(key.join('')) ? '' : ' ');
    }
    const all = this.#scope(() => undefined);
    const at = { ...scope, look: all.look };
    const texts = [slot.code ?? ''].flat().map((text) => tidy(fillBody(text, at)));
    if (slot.as === 'list') return texts.filter(Boolean).slice(0, count);
    if (slot.as !== 'verse') return texts[((scope.n ?? 1) - 1) % texts.length];
    return texts
      .slice(0, slot.as === 'verse' ? count : texts.length)
      .join(slot.as === 'verse' ? '\\\n' : '\n');
  }

  /** A person's own words for a slot. @param {string} key @param {string} text */
  edit(key, text) {
    const name = key.replace(/\[.*$/, '');
    const list = this.template.slots[name]?.as === 'list';
    const before = this.state[key]?.asked ?? 0;
    this.state = { ...this.state, [key]: { text: list ? linesOf(text) : text, by: 'person', asked: before } };
  }
}
