// What the numbers were measured on: processor, system, versions, and whether anything else was running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Above this, other programs take part in the numbers. */
const QUIET = 0.7;

/** @param {string} name a package of bench/ @returns {Promise<string>} */
async function version(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}

/** @param {string} browser */
export async function describeMachine(browser) {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()}`,
    chromium: browser,
    node: process.version,
    wllama: await version('@wllama/wllama'),
    nodeLlamaCpp: await version('node-llama-cpp'),
  };
}

/** Share of all cores that is busy over the next second, of any program: the load average lags a minute behind. */
export async function busyCores() {
  const times = () =>
    cpus().reduce(
      (sum, { times: t }) => ({ busy: sum.busy + t.user + t.sys + t.nice, idle: sum.idle + t.idle }),
      {
        busy: 0,
        idle: 0,
      },
    );
  const before = times();
  await sleep(1000);
  const after = times();
  const busy = after.busy - before.busy;
  return (busy / (busy + after.idle - before.idle)) * cpus().length;
}

/** The machine's state when the bench isn't at work itself. */
export async function machineState() {
  const busy = await busyCores();
  return { load: loadavg()[0], busyCores: busy, quiet: busy < QUIET };
}

/** @typedef {Awaited<ReturnType<typeof machineState>>} MachineState */

/** Keeps one core busy, as another program would, until it is stopped. */
export function keepCoreBusy() {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  return async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
}
