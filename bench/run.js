// `cargo xtask bench`: rounds in which every engine has its turn, then the table. Installs and builds nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startBrowser } from './browser.js';
import { childDriver } from './drivers/child.js';
import { QUIET, describeMachine, keepCoreBusy, machineState, watchOthers } from './machine.js';
import { markdown } from './report.js';
import { BUSY, FULL, GPU, QUICK, session } from './session.js';

/** @typedef {import('./drivers/driver.js').Driver} Driver */

/** Why the peers' GPU paths have no columns. */
const GPU_NOTES = [
  'SKIP: transformers.js: its ONNX weights come from a model hub only, which the bench does not reach. Measured apart, version 4.3 decoded 0.17 and prefilled 3.4–4.3 tokens/s on this software adapter',
  'SKIP: wllama: it refuses WebGPU adapters without shader-f16, such as this software adapter',
];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    json: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
    engines: { type: 'string' },
    dist: { type: 'string', default: 'dist' },
    show: { type: 'string' }, // prints the table of what --json wrote
  },
});
if (options.show) {
  console.log(markdown(JSON.parse(await readFile(options.show, 'utf8'))));
  process.exit(0);
}
const model = process.env.LOQUAT_MODEL;
if (!model) throw new Error('LOQUAT_MODEL names no model file: start this by `cargo xtask bench`');
const threads = options.gpu ? [1] : options.threads.split(',').map(Number);
const rounds = Number(options.rounds ?? (options.quick || options.gpu ? 1 : 5));
const scale = options.gpu ? GPU : options.quick ? QUICK : FULL;
const engines = (options.engines ?? (options.gpu ? 'loquat' : 'loquat,wllama,native')).split(',');

/** As a reader would repeat it: where this machine keeps things is no part of it. */
const command = [
  'cargo xtask bench',
  ...(options.quick ? ['--quick'] : []),
  ...(options.gpu ? ['--gpu'] : []),
  ...(options.threads === '1,2' ? [] : ['--threads', options.threads]),
  ...(options.rounds ? ['--rounds', options.rounds] : []),
  ...(options.engines ? ['--engines', options.engines] : []),
].join(' ');

const before = await machineState();
const browser = await startBrowser({ model, dist: options.dist, gpu: options.gpu });

/** @type {import('./report.js').Results} */
const results = {
  machine: await describeMachine(browser.version),
  command,
  before,
  after: before,
  isolated: false,
  bandwidth: [],
  turns: [],
  notes: options.gpu ? GPU_NOTES : [],
};
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
if (before.others > QUIET) say(`WARNING: other programs are busy on ${before.others.toFixed(1)} cores`);

/** After each round, so that a run that is cut short is not lost. */
async function save() {
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
}

/** @param {string} engine @returns {Promise<Driver>} */
const start = async (engine) => {
  if (engine === 'native') return childDriver(model);
  return browser.driver(engine === 'loquat' && options.gpu ? 'loquat-gpu' : engine);
};

/** Puts the model into an engine's cache: loads until it comes from there. @param {string} engine */
async function prime(engine) {
  for (let attempt = 0; attempt < 5; attempt++) {
    const driver = await start(engine);
    try {
      const { info } = await driver.load(1);
      if (attempt > 0 && info.fromCache !== false) return;
      await new Promise((resolve) => setTimeout(resolve, 3000)); // the last pieces are still being stored
    } finally {
      await driver.close();
    }
  }
  throw new Error('its model does not come from its cache');
}

/** @param {string} engine @param {number} n @param {number} round @param {import('./session.js').Scale} scale @param {boolean} busy */
async function turn(engine, n, round, scale, busy) {
  const started = performance.now();
  const stop = busy ? keepCoreBusy() : async () => {};
  /** @type {Driver | undefined} */
  let driver;
  try {
    driver = await start(engine);
    const others = await watchOthers();
    const measured = await session(driver, n, round, scale);
    results.turns.push({ round, engine, threads: n, busy, others: await others(), ...measured });
    const { threads = n } = measured.info;
    if (threads !== n) results.notes.push(`${engine} ran on ${threads} threads where ${n} were asked for`);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    results.turns.push({ round, engine, threads: n, busy, failed });
    say(`  FAILED: ${failed}`);
  } finally {
    await driver?.close();
    await stop();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`round ${round + 1}/${rounds}: ${engine}, ${n} threads${busy ? ', a core busy' : ''} (${seconds} s)`);
}

try {
  const usable = [];
  for (const engine of engines) {
    try {
      await prime(engine);
      usable.push(engine);
    } catch (error) {
      results.notes.push(`SKIP: ${engine}: ${error instanceof Error ? error.message : error}`);
      say(results.notes[results.notes.length - 1]);
    }
  }
  for (let round = 0; round < rounds; round++) {
    const { page, bench } = await browser.openPage();
    results.isolated = await bench.evaluate((bench) => bench.isolated());
    results.bandwidth.push(await bench.evaluate((bench) => bench.bandwidth(8)));
    await page.close();
    for (const n of threads) for (const engine of usable) await turn(engine, n, round, scale, false);
    if (options.gpu) continue;
    await save();
    for (const n of threads) if (usable.includes('loquat')) await turn('loquat', n, round, BUSY, true);
  }
} finally {
  await browser.close();
}
results.after = await machineState();
await save();
console.log(markdown(results));
const measured = results.turns.some((turn) => turn.engine === 'loquat' && turn.sample);
process.exit(measured || !engines.includes('loquat') ? 0 : 1);
