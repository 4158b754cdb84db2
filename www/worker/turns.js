// Lets the messages of a worker in while it computes. Knows no engine.

/** Milliseconds of computing between two turns: a token may take less, and each turn costs a part of one. */
const BETWEEN = 8;

/** Turns for messages during one call. A step may resolve without ever leaving the microtask queue, where none come in. */
export class Turns {
  // One for the whole call: making a channel takes longer than sending through it.
  #channel = new MessageChannel();
  #last = -Infinity;

  /** Resolves when the messages that wait have run, or at once where they had their turn a moment ago. */
  async next() {
    if (performance.now() - this.#last < BETWEEN) return;
    const { port1, port2 } = this.#channel;
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    this.#last = performance.now();
  }

  /** To be called at the end: an open channel is kept. */
  close() {
    this.#channel.port1.close();
  }
}
