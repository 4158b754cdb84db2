// Bytes to speed and time left, told a few times a second. Moves no bytes itself.

/**
 * @typedef {object} Progress
 * @property {'check' | 'download' | 'read' | 'verify'} phase
 * @property {number} loaded bytes
 * @property {number | undefined} total bytes; undefined while the server doesn't say
 * @property {number} bytesPerSecond over the last seconds
 * @property {number | undefined} secondsLeft
 * @property {number} fromNetwork bytes this page has fetched itself; the rest was in the cache
 */

/** @typedef {(progress: Progress) => void} OnProgress */

const WINDOW_MS = 4000;

export class Meter {
  #phase;
  #tell;
  #everyMs;
  #last = -Infinity;
  /** @type {Array<[number, number]>} time and bytes moved until then */
  #marks = [];
  #moved = 0;
  loaded = 0;
  fromNetwork = 0;
  /** @type {number | undefined} */
  total;

  /** @param {Progress['phase']} phase @param {OnProgress | undefined} tell @param {number} [everyMs] */
  constructor(phase, tell, everyMs = 100) {
    this.#phase = phase;
    this.#tell = tell;
    this.#everyMs = everyMs;
  }

  /** @param {number} bytes arrived (negative: thrown away) @param {boolean} [network] */
  add(bytes, network = false) {
    this.loaded += bytes;
    if (bytes > 0) this.#moved += bytes;
    if (network && bytes > 0) this.fromNetwork += bytes;
    this.report(this.total !== undefined && this.loaded >= this.total);
  }

  /** @param {boolean} [now] even if it was told just before */
  report(now = false) {
    const t = performance.now();
    if (!this.#tell || (!now && t - this.#last < this.#everyMs)) return;
    this.#last = t;
    this.#marks.push([t, this.#moved]);
    while (this.#marks.length > 2 && t - this.#marks[0][0] > WINDOW_MS) this.#marks.shift();
    const [t0, moved0] = this.#marks[0];
    const bytesPerSecond = t > t0 ? ((this.#moved - moved0) * 1000) / (t - t0) : 0;
    const secondsLeft =
      this.total !== undefined && bytesPerSecond > 0
        ? Math.max(0, this.total - this.loaded) / bytesPerSecond
        : undefined;
    this.#tell({
      phase: this.#phase,
      loaded: this.loaded,
      total: this.total,
      bytesPerSecond,
      secondsLeft,
      fromNetwork: this.fromNetwork,
    });
  }
}
