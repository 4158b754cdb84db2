// Opens one file: from the cache if it is whole there, else by a download that one tab at a time does. Reading is modelfile.js, fetching download.js.

import { CHUNK_SIZE, chunkBounds, chunkCount, missingChunks } from './chunks.js';
import { Download } from './download.js';
import { CacheError, abortError } from './errors.js';
import { acquireDownload, announcer } from './locks.js';
import { ModelFile } from './modelfile.js';
import { confirmWhole } from './pins.js';
import { Meter } from './progress.js';
import { checkRoom, measureRoom } from './quota.js';
import { Remote } from './remote.js';

/**
 * @typedef {import('./sources.js').Target} Target
 * @typedef {import('./store.js').ModelRecord} ModelRecord
 * @typedef {import('./weights.js').Model} Model
 *
 * @typedef {object} Shared what the parts of a model have in common
 * @property {import('./weights.js').OpenOptions} options
 * @property {import('./store.js').Store | undefined} store undefined: memory only
 * @property {import('./retry.js').Gate} gate
 * @property {import('./slots.js').Slots} slots
 * @property {() => Promise<Target[]>} facts the targets with what their publisher says, asked for at most once
 */

/** Bytes of a file's start that tell what its context needs. */
const HEAD = 64 * 1024;

export class Opening {
  #targets;
  #index;
  #target;
  #options;
  #shared;
  #store;
  #notice;
  #announce;
  #downloaded;
  /** Ends what is under way for this file. */
  #life = new AbortController();
  #end = () => this.#life.abort(abortError(this.#options.signal));
  /** @type {() => void} */
  #release = () => {};

  /** @param {Target[]} targets @param {number} index which of them @param {Shared} shared */
  constructor(targets, index, shared) {
    this.#targets = targets;
    this.#index = index;
    this.#target = targets[index];
    this.#options = shared.options;
    this.#shared = shared;
    this.#store = shared.store;
    this.#notice = shared.options.onNotice ?? (() => {});
    const announce = announcer(this.#target.id);
    this.#announce = announce;
    this.#downloaded = new Meter('download', (p) => {
      shared.options.onProgress?.(p);
      announce.tell(p);
    });
  }

  /** @returns {Promise<Model>} */
  async open() {
    const { signal, onProgress } = this.#options;
    signal?.addEventListener('abort', this.#end, { once: true });
    try {
      const cached = await this.#whole();
      if (cached) return this.#fromCache(cached);
      if (this.#store) {
        const lock = await acquireDownload(this.#target.id, {
          signal: this.#life.signal,
          onWaiting: onProgress,
        });
        this.#release = lock.release;
        const arrived = lock.waited ? await this.#whole() : undefined;
        if (arrived) return this.#fromCache(arrived);
      }
      this.#target = (await this.#shared.facts())[this.#index] ?? this.#targets[this.#index];
      if (!this.#target.url) {
        const says = `${this.#target.name} came from a file and is not whole any more.`;
        throw new CacheError('model_incomplete', says, { remedy: 'Drop the file into the page again.' });
      }
      return await this.#fromNetwork();
    } catch (e) {
      this.#settled();
      signal?.removeEventListener('abort', this.#end);
      throw e;
    }
  }

  /** Everything has arrived, or nothing more will. */
  #settled() {
    this.#release();
    this.#announce.close();
  }

  /**
   * Asks the store; if it fails, the model is used from memory.
   * @template T @param {(store: import('./store.js').Store) => Promise<T>} ask @returns {Promise<T | undefined>}
   */
  async #ask(ask) {
    if (!this.#store) return undefined;
    try {
      return await ask(this.#store);
    } catch (e) {
      this.#store = undefined;
      const says = e instanceof Error ? e.message : e;
      this.#notice(
        e instanceof CacheError
          ? e
          : new CacheError('storage_unavailable', `Storage failed: ${says}`, { cause: e }),
      );
      return undefined;
    }
  }

  /** The record, if every chunk is stored. @returns {Promise<ModelRecord | undefined>} */
  #whole() {
    const { id, sha256 } = this.#target;
    return this.#ask(async (store) => {
      const record = await store.getModel(id);
      if (!record || (sha256 && record.sha256 && record.sha256 !== sha256)) return undefined;
      const have = await store.chunkIndexes(id);
      return have.size === chunkCount(record.size, record.chunkSize) ? record : undefined;
    });
  }

  /** @param {ModelRecord} record @returns {Model} */
  #fromCache(record) {
    this.#settled();
    const have = new Set(Array.from({ length: chunkCount(record.size, record.chunkSize) }, (_, i) => i));
    this.#downloaded.total = this.#downloaded.loaded = record.size;
    const wasRead = new Meter('read', this.#options.onProgress);
    wasRead.total = record.size;
    this.#store?.patchModel(record.id, { lastUsed: Date.now() }).catch(() => {});
    const file = this.#file(record, have, wasRead);
    file.warm();
    return this.#model(file, record, Promise.resolve(), true);
  }

  /** @param {ModelRecord} record @param {Set<number>} have @param {Meter} wasRead */
  #file(record, have, wasRead) {
    return new ModelFile({
      record,
      store: this.#store,
      have,
      signal: this.#life.signal,
      notice: this.#notice,
      downloaded: this.#downloaded,
      wasRead,
      remote: this.#remoteOptions(),
      slots: this.#shared.slots,
    });
  }

  #remoteOptions() {
    return { ...this.#options.remote, gate: this.#shared.gate, onWaiting: this.#notice };
  }

  /** @returns {Promise<Model>} */
  async #fromNetwork() {
    const { id, size, sha256 } = this.#target;
    const known = await this.#ask((store) => store.getModel(id));
    // A newer catalog may name another file than the half that is stored.
    const other =
      known && ((size ?? known.size) !== known.size || (sha256 && known.sha256 && sha256 !== known.sha256));
    if (!known || other) return this.#download(undefined);
    try {
      return await this.#download(known);
    } catch (e) {
      if (!(e instanceof CacheError && e.code === 'weights_changed')) throw e;
      this.#notice(e);
      return this.#download(undefined);
    }
  }

  /** @param {ModelRecord | undefined} known the record of a download that was begun before @returns {Promise<Model>} */
  async #download(known) {
    const target = this.#target;
    const { signal } = this.#life;
    if (!known) await this.#ask((store) => store.deleteModel(target.id));
    const chunkSize = known?.chunkSize ?? this.#options.chunkSize ?? CHUNK_SIZE;
    const have = (known && (await this.#ask((store) => store.chunkIndexes(known.id)))) ?? new Set();
    const remote = new Remote({
      ...this.#remoteOptions(),
      url: target.url,
      name: target.name,
      size: target.size,
      signal,
    });
    if (known) {
      remote.size = known.size;
      remote.validator = { etag: known.etag, lastModified: known.lastModified };
    }
    const index = known ? (missingChunks(chunkCount(known.size, chunkSize), have)[0] ?? 0) : 0;
    const first = chunkBounds(index, remote.size ?? Infinity, chunkSize);
    const connection = await remote.probe(first.start, first.end);
    try {
      const { size } = remote;
      const stored = [...have].reduce((sum, i) => sum + chunkBounds(i, size ?? 0, chunkSize).length, 0);
      this.#options.onProgress?.({
        phase: 'check',
        loaded: stored,
        total: size,
        bytesPerSecond: 0,
        secondsLeft: undefined,
        fromNetwork: 0,
      });
      if (this.#store && size !== undefined) checkRoom(await measureRoom(), size - stored, target.name);
      if (!known && size !== undefined) await this.#fits(connection, size);
      const record = this.#record(remote, chunkSize, known);
      if (size !== undefined) await this.#ask((store) => store.putModel(record));
      if (!this.#store) have.clear();
      this.#downloaded.total = size;
      this.#downloaded.loaded = this.#store ? stored : 0;
      const file = this.#file(record, have, new Meter('read', undefined));
      const fetching = new Download({ ...file.sink(), remote, chunkSize, have });
      file.attach(fetching);
      fetching.start({ index: remote.ranged ? index : 0, connection });
      // A server that says no length: the size is known when the last byte has come.
      if (size === undefined) {
        await fetching.done;
        record.size = this.#downloaded.total = remote.size ?? 0;
        if (file.stored) await this.#ask((store) => store.putModel(record));
        this.#downloaded.report(true);
      }
      return this.#model(file, record, fetching.done, false);
    } catch (e) {
      connection.close();
      throw e;
    }
  }

  /** Asks whoever wants the model whether it is of use, of all parts at once. @param {import('./connection.js').Connection} connection open at the file's start @param {number} size bytes */
  async #fits(connection, size) {
    const { fit } = this.#options;
    if (!fit || this.#index > 0) return;
    const sizes = this.#targets.map((target) => target.size ?? size); // parts are about the same
    sizes[0] = size;
    const head = await connection.peek(HEAD).catch(() => undefined); // a cut connection is mended later
    const { name } = this.#target;
    if (head) await fit({ name, size: sizes.reduce((sum, each) => sum + each, 0), head });
  }

  /** @param {Remote} remote @param {number} chunkSize @param {ModelRecord | undefined} known @returns {ModelRecord} */
  #record(remote, chunkSize, known) {
    const { id, group, name, url, sha256 } = this.#target;
    const now = Date.now();
    return {
      id,
      group,
      name,
      url,
      size: remote.size ?? 0,
      chunkSize,
      ...remote.validator,
      ...(sha256 ? { sha256 } : {}),
      published: sha256 !== undefined,
      verified: false,
      keep: known?.keep ?? false,
      createdAt: known?.createdAt ?? now,
      lastUsed: now,
    };
  }

  /** @param {ModelFile} file @param {ModelRecord} record @param {Promise<void>} done @param {boolean} fromCache @returns {Model} */
  #model(file, record, done, fromCache) {
    const { gate } = this.#shared;
    const { signal } = this.#life;
    /** @type {Model['verified'] | undefined} */
    let verified;
    const verify = () => {
      if (verified) return verified;
      verified = done.then(() => {
        const store = file.stored ? this.#store : undefined;
        return store
          ? confirmWhole(store, record, { tell: this.#options.onProgress, signal })
          : file.confirmPassed();
      });
      verified.catch((e) => {
        if (e instanceof CacheError && e.code.endsWith('_mismatch')) this.#notice(e);
      });
      return verified;
    };
    // Hashing the whole file again would only slow the reader down: after it.
    Promise.all([done, file.finished])
      .then(verify)
      .catch(() => {});
    const settled = () => this.#settled();
    done.then(settled, settled);
    return {
      id: record.id,
      name: record.name,
      size: record.size,
      etag: record.etag,
      sha256: record.sha256,
      fromCache,
      get stored() {
        return file.stored;
      },
      read: (offset, length) => file.read(offset, length),
      pause: () => gate.pause(),
      resume: () => gate.resume(),
      done,
      get verified() {
        return verify();
      },
      close: () => {
        file.close();
        this.#options.signal?.removeEventListener('abort', this.#end);
        // What has arrived is still stored; what nobody will read any more is not fetched.
        const arrived = this.#downloaded.loaded >= record.size;
        if (!arrived) this.#life.abort(new CacheError('closed', `${record.name} was closed.`));
      },
    };
  }
}
