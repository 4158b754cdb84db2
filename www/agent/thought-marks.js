// What models write around their thoughts, in whichever form, as <think>…</think>, which the page reads. Pure.

const OPEN = [
  '<think>',
  '<thinking>',
  '<thought>',
  '<reasoning>',
  '[THINK]',
  '<seed:think>',
  '<|START_THINKING|>',
];
const CLOSE = [
  '</think>',
  '</thinking>',
  '</thought>',
  '</reasoning>',
  '[/THINK]',
  '</seed:think>',
  '<|END_THINKING|>',
];

/**
 * The longest end of a text that a mark may begin with.
 * @param {string} text @param {readonly string[]} marks
 */
function heldBack(text, marks) {
  for (let length = Math.min(text.length, 20); length > 0; length--) {
    const end = text.slice(-length);
    if (marks.some((mark) => mark !== end && mark.startsWith(end))) return length;
  }
  return 0;
}

/** One answer's text, piece by piece, with its marks made the page's own. */
export class ThoughtMarks {
  #open = false;
  #began = false;
  #held = '';
  /** @type {readonly string[]} */
  #close = CLOSE;

  /** The prompt has opened a thought already. @param {string} close what closes it @returns {string} */
  opened(close) {
    this.#open = this.#began = true;
    this.#close = [close];
    return '<think>';
  }

  /** A control token, which is no text. @param {string} control @returns {string} */
  control(control) {
    const at = OPEN.indexOf(control);
    if (at >= 0 && !this.#began) return this.opened(CLOSE[at]);
    if (this.#open && this.#close.includes(control)) {
      this.#open = false;
      return `${this.end()}</think>`;
    }
    return '';
  }

  /** @param {string} text @returns {string} what of it is certain */
  push(text) {
    const all = this.#held + text;
    this.#held = '';
    if (!this.#began) return this.#beginning(all);
    if (!this.#open) return all;
    for (const mark of this.#close) {
      const at = all.indexOf(mark);
      if (at < 0) continue;
      this.#open = false;
      return `${all.slice(0, at)}</think>${all.slice(at + mark.length)}`;
    }
    const keep = heldBack(all, this.#close);
    this.#held = all.slice(all.length - keep);
    return all.slice(0, all.length - keep);
  }

  /** What was held back, at the end. @returns {string} */
  end() {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** @param {string} all */
  #beginning(all) {
    const said = all.trimStart();
    const at = OPEN.findIndex((mark) => said.startsWith(mark));
    if (at >= 0) return this.opened(CLOSE[at]) + this.push(said.slice(OPEN[at].length));
    if (OPEN.some((mark) => mark.startsWith(said))) {
      this.#held = all; // nothing yet, or half of a mark
      return '';
    }
    this.#began = true;
    return all;
  }
}

/**
 * `goesOn`: the answer's beginning, with its mark, was written before.
 * @template {{type: string}} Event
 * @param {AsyncIterable<Event | import('../protocol/messages.js').GenerateEvent>} events @param {boolean} [goesOn]
 * @returns {AsyncGenerator<Event | import('../protocol/messages.js').GenerateEvent, void, void>}
 */
export async function* withThoughtMarks(events, goesOn = false) {
  const marks = new ThoughtMarks();
  for await (const given of events) {
    const event = /** @type {import('../protocol/messages.js').GenerateEvent} */ (given);
    if (event.type === 'begin' && event.thought_end) {
      yield event;
      const text = marks.opened(event.thought_end);
      if (!goesOn) yield { type: 'token', text, id: -1 };
    } else if (event.type === 'token') {
      yield { ...event, text: marks.push(event.text) + (event.control ? marks.control(event.control) : '') };
    } else if (event.type === 'done') {
      yield { ...event, text: marks.push(event.text) + marks.end() };
    } else {
      yield given;
    }
  }
}
