// Opens one file: from the cache if it is whole there, else by a download that one tab at a time does. Reading is modelfile.js, how a download begins begin-download.js.

import { beginDownload } from '../fetch/begin-download.js';
import { chunkCount } from '../store/chunks.js';
import { CacheError, abortError } from '../../protocol/weights-error.js';
import { acquireDownload, announcer } from './download-lock.js';
import { ModelFile } from './model-file.js';
import { openedModel } from './opened.js';
import { Meter } from '../fetch/download-speed.js';
import { StoreOrMemory } from '../store/store-or-memory.js';

/**
 * @typedef {import('../sources/sources.js').Target} Target
 * @typedef {import('../store/chunk-store.js').ModelRecord} ModelRecord
 * @typedef {import('./open-model.js').Model} Model
 *
 * @typedef {object} Shared what the parts of a model have in common
 * @property {import('./open-model.js').OpenOptions} options
 * @property {import('../store/chunk-store.js').Store | undefined} store undefined: memory only
 * @property {import('../fetch/retry.js').Gate} gate
 * @property {import('../fetch/slots.js').Slots} slots
 * @property {() => Promise<Target[]>} facts the targets with what their publisher says, asked for at most once
 */

export class Opening {
  #targets;
  #index;
  #options;
  #shared;
  #place;
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
    this.#options = shared.options;
    this.#shared = shared;
    this.#notice = shared.options.onNotice ?? (() => {});
    this.#place = new StoreOrMemory(shared.store, this.#notice);
    const announce = announcer(this.#target.id);
    this.#announce = announce;
    this.#downloaded = new Meter('download', (p) => {
      shared.options.onProgress?.(p);
      announce.tell(p);
    });
  }

  get #target() {
    return this.#targets[this.#index];
  }

  /** @returns {Promise<Model>} */
  async open() {
    const { signal, onProgress } = this.#options;
    signal?.addEventListener('abort', this.#end, { once: true });
    try {
      const cached = await this.#whole();
      if (cached) return this.#fromCache(cached);
      if (this.#place.store) {
        const lock = await acquireDownload(this.#target.id, {
          signal: this.#life.signal,
          onWaiting: onProgress,
        });
        this.#release = lock.release;
        const arrived = lock.waited ? await this.#whole() : undefined;
        if (arrived) return this.#fromCache(arrived);
      }
      this.#targets = await this.#shared.facts();
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

  /** The record, if every chunk is stored. @returns {Promise<ModelRecord | undefined>} */
  #whole() {
    const { id, sha256 } = this.#target;
    return this.#place.ask(async (store) => {
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
    this.#place.store?.patchModel(record.id, { lastUsed: Date.now() }).catch(() => {});
    const file = this.#file(record, have, wasRead);
    file.warm();
    return this.#model(file, record, Promise.resolve(), true);
  }

  /** @param {ModelRecord} record @param {Set<number>} have @param {Meter} wasRead */
  #file(record, have, wasRead) {
    return new ModelFile({
      record,
      store: this.#place.store,
      have,
      signal: this.#life.signal,
      notice: this.#notice,
      downloaded: this.#downloaded,
      wasRead,
      remote: this.#remote,
      slots: this.#shared.slots,
    });
  }

  get #remote() {
    return { ...this.#options.remote, gate: this.#shared.gate, onWaiting: this.#notice };
  }

  /** @returns {Promise<Model>} */
  async #fromNetwork() {
    const { id, size, sha256 } = this.#target;
    const known = await this.#place.ask((store) => store.getModel(id));
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
    const beginning = {
      targets: this.#targets,
      index: this.#index,
      options: this.#options,
      place: this.#place,
      signal: this.#life.signal,
      downloaded: this.#downloaded,
      remote: this.#remote,
      makeFile: this.#file.bind(this),
    };
    const { file, record, done } = await beginDownload(beginning, known);
    return this.#model(file, record, done, false);
  }

  /** @param {ModelFile} file @param {ModelRecord} record @param {Promise<void>} done @param {boolean} fromCache */
  #model(file, record, done, fromCache) {
    const settled = () => this.#settled();
    done.then(settled, settled);
    return openedModel({
      file,
      record,
      done,
      fromCache,
      gate: this.#shared.gate,
      place: this.#place,
      signal: this.#life.signal,
      onProgress: this.#options.onProgress,
      notice: this.#notice,
      leave: () => {
        this.#options.signal?.removeEventListener('abort', this.#end);
        // What has arrived is still stored; what nobody will read any more is not fetched.
        const arrived = this.#downloaded.loaded >= record.size;
        if (!arrived) this.#life.abort(new CacheError('closed', `${record.name} was closed.`));
      },
    });
  }
}
