// What a person is told and asked around a download: how fast it is, and whether the browser will keep it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../www/weights/fetch/download-speed.js';
import { askToPersist } from '../../www/weights/store/quota.js';

test('the browser is asked to keep what is stored; one that never answers holds nothing up', async (t) => {
  /** @param {Partial<StorageManager>} storage */
  const browser = (storage) =>
    Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  t.after(() =>
    before
      ? Object.defineProperty(globalThis, 'navigator', before)
      : Reflect.deleteProperty(globalThis, 'navigator'),
  );
  let asked = 0;
  const persist = async () => (asked++, true);
  browser({ persisted: async () => false, persist });
  assert.equal(await askToPersist(), true);
  browser({ persisted: async () => true, persist });
  assert.equal(await askToPersist(), true);
  assert.equal(asked, 1, 'once it was promised nobody is asked again');
  browser({ persisted: async () => false, persist: () => new Promise(() => {}) });
  assert.equal(await askToPersist(20), false);
  browser({});
  assert.equal(await askToPersist(), false, 'and a browser without it');
});

test('speed and time left are those of the last seconds, and bytes thrown away are no progress', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  /** @type {import('../../www/weights/fetch/download-speed.js').Progress[]} */
  const told = [];
  const meter = new Meter('download', (p) => told.push(p));
  meter.total = 10_000;
  for (const bytes of [1000, 1000, 1000, -1000]) {
    meter.add(bytes, true);
    now += 1000;
  }
  const { loaded, bytesPerSecond, secondsLeft, fromNetwork } = told[told.length - 1];
  assert.deepEqual([loaded, fromNetwork], [2000, 3000]);
  assert.equal(bytesPerSecond, 2000 / 3);
  assert.equal(secondsLeft, 12);
  now += 60_000; // it stalled, and goes on ten times as fast
  meter.add(1000, true);
  now += 100;
  meter.add(1000, true);
  assert.equal(told[told.length - 1].bytesPerSecond, 10_000);
});
