// An engine module that answers from a script: for tests of the page that need no weights. It speaks src/wasm.rs's API.
import { planByLength } from '../../www/api/remote/plan.js';

/**
 * @typedef {import('../../www/protocol/wasm-types.js').Engine} EngineApi
 * @typedef {import('../../www/protocol/wasm-types.js').Loader} LoaderApi
 * @typedef {import('../../www/protocol/wasm-types.js').Embedder} EmbedderApi
 * @typedef {import('../../www/protocol/messages.js').GenerateRequest} GenerateRequest
 */

/** What is answered; a request that contains the key gets the value. @type {Record<string, string>} */
export const ANSWERS = {
  table: [
    'Here is a **comparison**:\n\n| Fruit | Season | Colour |\n|---|---|---|\n| Loquat | spring | orange |\n| Plum | summer | blue |\n\n',
    'A small program that prints it:\n\n```python\ndef fruits(season):\n    # those of one season\n    return [name for name, s in FRUITS if s == season]\n```\n\n',
    'And Euler said $e^{i\\pi} + 1 = 0$, or\n\n$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$\n\n1. First\n2. Second\n\n> Quoted. <img src=x onerror=alert(1)> [link](javascript:alert(1)) H<sub>2</sub>O\n',
  ].join(''),
  think: '<think>The user wants me to think. So I do.</think>I thought about it.',
  ponder: `<think>${Array.from({ length: 40 }, (_, i) => `This maybe takes the time, ${i}. `).join('')}</think>It is maybe the time.`,
  locks:
    'A lock has pins and a plug. Each pin has its own height. ' +
    'Here is how to break into a house and steal the money without getting caught. ' +
    'First wait until they are asleep. Then go in.',
  'about: Volcanoes': [
    '- How they form\n  - Plates pull apart\n  - Plates collide\n  - Hot spots in the mantle\n',
    '- Kinds of volcanoes\n  - Shield volcanoes\n  - Stratovolcanoes\n  - Cinder cones\n',
    '- Eruptions\n  - Lava flows\n  - Ash clouds that reach the stratosphere\n  - Eruptions\n',
    '- Life beside them\n  - Fertile soil\n  - <img src=x onerror=alert(1)>\n  - Warning and evacuation\n',
  ].join(''),
  'under "Ash clouds': '- Danger to aircraft\n- Cooling of the climate\n- Lava flows\n- Collapsed roofs\n',
  太阳系:
    '- 行星\n  - 类地行星：水星、金星、地球和火星\n  - 气态巨行星\n- 小天体\n  - 小行星带位于火星与木星之间，由无数岩石组成\n  - 彗星\n- 太阳\n  - 核聚变\n  - 太阳风\n',
  'a flowchart':
    'It goes so:\n\n```mermaid\nflowchart TD\n  A[Wake up] --> B{Is it raining?}\n  B -->|Yes| C(Take an umbrella)\n  B -- No --> D([Go])\n  C -.-> D & E((<b>End</b>))\n  classDef x fill:#fff\n```\n\nAnd a map:\n\n```mermaid\nmindmap\n  root((Tea))\n    Green\n      Sencha\n    Black\n```\n\nAnd what is not drawn:\n\n```mermaid\nsequenceDiagram\n  A->>B: Hello\n```\n',
  'another time: A program of averages':
    'Now:\n\n```javascript\nconst values = [3, 5, 10];\nconst average = (list) => list.reduce((a, b) => a + b) / list.length;\nconsole.log(average(values));\nplot(values);\n```\n',
  'program of averages':
    "This does it:\n\n```javascript\nconst values = [3, 5, 10];\nconsole.log('values', values);\nconsole.log(avrage(values));\n```\n",
  "'avrage' is not defined":
    "I am sorry:\n\n```javascript\nconst average = (list) => list.reduce((a, b) => a + b) / list.size;\nif (Number.isNaN(average([3, 5, 10]))) throw new Error('no number comes out');\n```\n",
  'program of medians':
    'This does it:\n\n```python\nfrom statistics import median\nprint("values", [3, 5, 10])\nprint(medain([3, 5, 10]))\n```\n',
  "name 'medain' is not defined":
    'Now:\n\n```python\nfrom statistics import median\nimport matplotlib.pyplot as plt\nplt.plot([3, 5, 10], label="values")\nplt.show()\nmedian([3, 5, 10])\n```\n',
  'the gap behind function add(a, b) {\n  return ': 'a + b;\n\nnot this',
  'Change this program: in French':
    "```js\nconst hello = 'Bonjour';\nconst one = 1;\nconst two = 2;\nconst three = 3;\nconst four = 4;\nconst five = 5;\nconst bye = 'Au revoir';\n```",
  'Write a greeting':
    "```js\nconst hello = 'Hello';\nconst one = 1;\nconst two = 2;\nconst three = 3;\nconst four = 4;\nconst five = 5;\nconst bye = 'Goodbye';\n```",
  unsure: 'It is **maybe** on Tuesday, or maybe not.',
  'the race': 'That was Alan Maybe.',
};
/** A word that the engine is not sure of, in every answer. */
const UNSURE = /maybe/i;

const info = {
  architecture: 'llama',
  name: 'Fake 1M',
  parameters: 1e6,
  quantization: { F32: 1 },
  context_length: 512,
  vocab_size: 256,
  n_layers: 1,
  embedding_length: 8,
  weight_bytes: 64,
  tokenizer: 'gpt2',
  chat_template: true,
  infill: true,
  kv_bytes_per_token: 64,
  feed_forward_length: 8,
  head_count: 1,
  head_count_kv: 1,
  head_dim: 8,
  tensor_count: 1,
  fingerprint: 'fa4e',
  trained_context_length: 512,
  backend: 'cpu',
  variant: 'fake',
  threads: 1,
  reason: 'a test',
  reasons: [],
};

const STEP = 4 << 20;
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @implements {EngineApi} */
export class Engine {
  /** @type {string[]} */
  #words = [];
  #next = 0;
  #cancelled = false;
  #prompt = 0;
  #max = Infinity;
  #logprobs = false;
  #breaks = -1;
  /** @type {number[]} after so many tokens the device is lost */
  #losses = [];
  freed = false;

  info() {
    return info;
  }
  /** One token a word. @param {string} text */
  tokenize(text) {
    return Uint32Array.from(text.match(/\S+\s*/g) ?? [], (word) => word.length);
  }
  /** @param {Uint32Array} ids */
  detokenize(ids) {
    return [...ids].join(' ');
  }
  /** @param {import('../../www/protocol/messages.js').ChatMessage[]} messages */
  template(messages) {
    return messages.map(({ role, content }) => `${role}: ${content}\n`).join('');
  }
  /** @param {GenerateRequest} request @param {Partial<import('../../www/protocol/engine-types.js').Budget>} budget */
  plan(request, budget) {
    return planByLength(request, budget, (text) => this.tokenize(text).length);
  }
  /** @param {GenerateRequest} request */
  begin(request) {
    const messages = request.messages ?? [
      {
        role: /** @type {const} */ ('user'),
        content: request.prompt ?? (request.infill ? `the gap behind ${request.infill.prefix}` : ''),
      },
    ];
    const goesOn = request.continue_final ? messages[messages.length - 1].content : '';
    const last = messages[messages.length - (request.continue_final ? 2 : 1)]?.content ?? '';
    this.#prompt = this.template(messages).split(/\s+/).length;
    if (this.#prompt > info.context_length) {
      throw Object.assign(
        new Error(`The prompt has ${this.#prompt} tokens, the context ${info.context_length}.`),
        {
          code: 'context_full',
          remedy: 'Shorten the conversation.',
        },
      );
    }
    if (last.includes('explode')) {
      throw Object.assign(new Error('The prompt exploded at token 7.'), {
        code: 'prompt_exploded',
        remedy: 'Ask something else.',
      });
    }
    this.#breaks = goesOn ? -1 : Number(/break at (\d+)/.exec(last)?.[1] ?? -1);
    this.#losses = (/lose the GPU at ([\d,]+)/.exec(last)?.[1] ?? '').split(',').filter(Boolean).map(Number);
    // Where it should be another answer.
    const asked = Number(request.temperature) > 0.5 ? `another time: ${last}` : last;
    const key = Object.keys(ANSWERS).find((each) => asked.includes(each));
    const many = /count to (\d+)/.exec(last);
    const whole = key
      ? ANSWERS[key]
      : many
        ? Array.from({ length: Number(many[1]) }, (_, i) => `Line ${i + 1}.\n\n`).join('')
        : last.includes('what you were told')
          ? `I was told: ${messages[0].role === 'system' ? messages[0].content : 'nothing'}`
          : `You said: ${last} That was message ${messages.filter(({ role }) => role === 'user').length}.`;
    const at = whole.indexOf(goesOn);
    const text = goesOn ? whole.slice(at < 0 ? 0 : at + goesOn.length) : whole;
    this.#words = text.match(/\s*\S+|\s+$/g) ?? [];
    this.#next = 0;
    this.#cancelled = false;
    this.#max = request.max_tokens ?? Infinity;
    this.#logprobs = request.logprobs !== undefined;
    return { prompt_n: this.#prompt, cached_n: 0 };
  }
  /** @returns {ReturnType<EngineApi['step']>} */
  async step() {
    await pause(4);
    if (this.#breaks === this.#next) throw Object.assign(new Error('It broke.'), { code: 'internal' });
    if (this.#losses[0] === this.#next)
      throw Object.assign(new Error('the GPU device was lost'), { code: 'device_lost', remedy: 'Reload.' });
    const ended = this.#next >= this.#words.length;
    if (this.#cancelled || ended || this.#next >= this.#max) {
      const n = this.#next;
      return {
        type: 'done',
        reason: this.#cancelled ? 'cancelled' : ended ? 'stop' : 'length',
        text: '',
        usage: {
          prompt_tokens: this.#prompt,
          completion_tokens: n,
          total_tokens: this.#prompt + n,
          cached_tokens: 0,
        },
        timings: { prompt_n: this.#prompt, prompt_ms: 1, predicted_n: n, predicted_ms: n * 4, cached_n: 0 },
      };
    }
    const text = this.#words[this.#next++];
    const logprob = UNSURE.test(text) ? -2 : -0.1;
    return { type: 'token', text, id: this.#next, ...(this.#logprobs ? { logprob } : {}) };
  }
  suspend() {
    const [words, next, max, losses] = [this.#words, this.#next, this.#max, this.#losses.slice(1)];
    return { words, next, max, losses, free() {} };
  }
  /** @param {any} unfinished */
  resume({ words, next, max, losses }) {
    [this.#words, this.#next, this.#max, this.#losses] = [words, next, max, losses];
    this.#cancelled = false;
  }
  cancel() {
    this.#cancelled = true;
  }
  reset() {}
  async save() {
    return new Uint8Array([1, 2, 3]);
  }
  restore() {}
  free() {
    this.freed = true;
  }
}

/** Two numbers a text: how many tokens, and how many of the longest. @implements {EmbedderApi} */
export class Embedder {
  freed = false;
  info() {
    return info;
  }
  /** @param {string} text */
  tokenize(text) {
    return new Engine().tokenize(text);
  }
  /** @param {string | ArrayLike<number>} input */
  embed(input) {
    const ids = typeof input === 'string' ? this.tokenize(input) : Array.from(input);
    return Float32Array.of(ids.length, Math.max(...ids));
  }
  free() {
    this.freed = true;
  }
}

/** @implements {LoaderApi} */
export class Loader {
  #far = 0;

  /** A file longer than a first prefix says at byte 8 where the last of its tensors lies, which are all over it. @param {Uint8Array} prefix */
  header(prefix) {
    if (prefix.length >= 4 << 20)
      this.#far = new DataView(prefix.buffer, prefix.byteOffset).getUint32(8, true);
    return prefix.length >= 16 ? 0 : 16;
  }
  info() {
    return info;
  }
  tensors() {
    return [
      { index: 0, name: 'a', offset: 16, size: 16 },
      { index: 1, name: 'b', offset: 32, size: 8 },
      ...Array.from({ length: Math.ceil(this.#far / STEP) }, (_, i) => {
        const offset = Math.min((i + 1) * STEP, this.#far);
        return { index: 2 + i, name: `far.${i}`, offset, size: 8 };
      }),
    ];
  }
  tensor() {}
  async finish() {
    await pause(20);
    return new Engine();
  }
  async embedder() {
    return new Embedder();
  }
  free() {}
}

export default async function init() {}
