// `cargo xtask bench`: rounds in which every engine has its turn, then the table. Installs and builds nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { pageDriver } from './browser.js';
import { childDriver } from './drivers/child.js';
import { QUIET, describeMachine, keepBusy, machineState, watchOthers } from './machine.js';
import { CPU, GPU as GPU_PLACES } from './places.js';
import { markdown } from './report.js';
import { BUSY, FULL, GPU, QUICK, session } from './session.js';
import { startSite } from './site.js';

/** @typedef {import('./drivers/driver.js').Driver} Driver */
/** @typedef {{place: import('./places.js').Place, browser: import('./browser.js').Browser, usable: string[]}} Stage */

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    json: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
    engines: { type: 'string' },
    dist: { type: 'string', default: 'dist' },
    model: { type: 'string' }, // a GGUF file, else that of LOQUAT_MODEL
    show: { type: 'string' }, // prints the table of what --json wrote
  },
});
if (options.show) {
  console.log(markdown(JSON.parse(await readFile(options.show, 'utf8'))));
  process.exit(0);
}
const model = options.model ?? process.env.LOQUAT_MODEL;
if (!model) throw new Error('LOQUAT_MODEL names no model file: start this by `cargo xtask bench`');
const threads = options.gpu ? [1] : options.threads.split(',').map(Number);
const rounds = Number(options.rounds ?? (options.quick || options.gpu ? 1 : 5));
const scale = options.gpu ? GPU : options.quick ? QUICK : FULL;
const places = options.gpu ? GPU_PLACES : CPU;
const asked = options.engines?.split(',');
const onnx = process.env.LOQUAT_ONNX;

/** As a reader would repeat it: where this machine keeps things is no part of it. */
const command = [
  'cargo xtask bench',
  ...(options.quick ? ['--quick'] : []),
  ...(options.gpu ? ['--gpu'] : []),
  ...(options.threads === '1,2' ? [] : ['--threads', options.threads]),
  ...(options.rounds ? ['--rounds', options.rounds] : []),
  ...(options.engines ? ['--engines', options.engines] : []),
  ...(options.model ? ['--model', basename(options.model)] : []),
].join(' ');

const before = await machineState();
const site = await startSite({ model, dist: options.dist, onnx });
/** @type {Stage[]} */
const stages = [];

/** @type {import('./report.js').Results} */
const results = {
  machine: await describeMachine(),
  command,
  before,
  after: before,
  isolated: false,
  gpu: options.gpu,
  bandwidth: [],
  turns: [],
  notes: [],
};
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
if (before.others > QUIET) say(`WARNING: other programs are busy on ${before.others.toFixed(1)} cores`);

/** After each round, so that a run that is cut short is not lost. */
async function save() {
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
}

/** @param {string} reason */
function skip(reason) {
  results.notes.push(`SKIP: ${reason}`);
  say(`SKIP: ${reason}`);
}

/** @param {Stage} stage @param {string} engine @returns {Promise<Driver>} */
const start = async ({ place, browser }, engine) => {
  if (engine === 'native') return childDriver(model);
  if (!(engine in place.drivers)) throw new Error(`there is no such engine`);
  return pageDriver(browser, place.drivers[engine], site.model);
};

/** Puts the model into an engine's cache: loads until it comes from there. @param {Stage} stage @param {string} engine */
async function prime(stage, engine) {
  if (engine === 'transformers' && !onnx)
    throw new Error(process.env.LOQUAT_ONNX_MISSING ?? 'LOQUAT_ONNX names no folder');
  for (let attempt = 0; attempt < 5; attempt++) {
    const driver = await start(stage, engine);
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

/** @param {Stage} stage @param {string} engine @param {number} n @param {number} round @param {import('./session.js').Scale} scale @param {number} busy other programs that keep cores busy */
async function turn(stage, engine, n, round, scale, busy) {
  const which = { round, place: stage.place.name, engine, threads: n, busy };
  const started = performance.now();
  const stop = keepBusy(busy);
  /** @type {Driver | undefined} */
  let driver;
  try {
    driver = await start(stage, engine);
    const others = await watchOthers();
    const measured = await session(driver, n, round, scale);
    results.turns.push({ ...which, others: await others(), ...measured });
    const { threads = n } = measured.info;
    if (threads !== n && !options.gpu)
      results.notes.push(`${engine} ran on ${threads} threads where ${n} were asked for`);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    results.turns.push({ ...which, failed });
    say(`  FAILED: ${failed}`);
  } finally {
    await driver?.close();
    await stop();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const how = options.gpu ? stage.place.name : `${n} threads${busy ? `, beside ${busy} busy` : ''}`;
  say(`round ${round + 1}/${rounds}: ${engine}, ${how} (${seconds} s)`);
}

/** Starts a browser and fills the caches. @param {import('./places.js').Place} place */
async function open(place) {
  const stage = { place, browser: await place.start(site.page), usable: /** @type {string[]} */ ([]) };
  stages.push(stage);
  for (const engine of asked?.filter((name) => !options.gpu || name in place.drivers) ?? place.engines) {
    try {
      await prime(stage, engine);
      stage.usable.push(engine);
    } catch (error) {
      skip(
        `${engine}${options.gpu ? ` in ${place.name}` : ''}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

/** @param {Stage} stage @param {number} round */
async function measure(stage, round) {
  for (const n of threads) for (const engine of stage.usable) await turn(stage, engine, n, round, scale, 0);
  await save();
  if (options.gpu || !stage.usable.includes('loquat')) return;
  for (const programs of options.quick ? [1] : [1, 2, 4])
    for (const n of threads) await turn(stage, 'loquat', n, round, BUSY, programs);
}

try {
  for (const place of places) {
    await open(place).catch((error) =>
      skip(`${place.name}: ${error instanceof Error ? error.message : error}`),
    );
  }
  results.machine.browsers = stages.map(({ browser }) => browser.version);
  for (let round = 0; round < rounds; round++) {
    const page = await stages[0].browser.openPage();
    results.isolated = await page.bench((/** @type {import('./page/page.js').Bench} */ bench) =>
      bench.isolated(),
    );
    results.bandwidth.push(
      await page.bench((/** @type {import('./page/page.js').Bench} */ bench) => bench.bandwidth(8)),
    );
    await page.close();
    for (const stage of stages) await measure(stage, round);
  }
} finally {
  for (const { browser } of stages) await browser.close();
  await site.stop();
}
results.after = await machineState();
await save();
console.log(markdown(results));
const measured = results.turns.some((turn) => turn.engine === 'loquat' && turn.sample);
process.exit(measured || (asked && !asked.includes('loquat')) ? 0 : 1);
