// What the numbers were measured on: processor, system, versions, and whether anything else was running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Cores: above this, other programs take part in the numbers. */
export const QUIET = 0.3;

/** @param {string} name a package of bench/ @returns {Promise<string>} */
async function version(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}

export async function describeMachine() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()}`,
    browsers: /** @type {string[]} */ ([]),
    node: process.version,
    wllama: await version('@wllama/wllama'),
    nodeLlamaCpp: await version('node-llama-cpp'),
    transformers: await version('@huggingface/transformers'),
  };
}

/** Processor seconds, of all programs, since the machine started. */
function allSeconds() {
  return cpus().reduce((sum, { times: t }) => sum + t.user + t.sys + t.nice, 0) / 1000;
}

/** Processor seconds of this process and all that it started, the ended ones included. Linux only; elsewhere NaN. */
async function ownSeconds() {
  /** @type {Map<number, {parent: number, seconds: number}>} */
  const processes = new Map();
  for (const id of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined); // it may have ended
    if (!stat) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // parent; then utime, stime, and those of waited-for children, in ticks of 1/100 s
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    processes.set(Number(id), { parent: Number(fields[1]), seconds: ticks / 100 });
  }
  const own = (/** @type {number} */ id) => {
    for (let at = id; at > 1; at = processes.get(at)?.parent ?? 0) if (at === process.pid) return true;
    return false;
  };
  if (processes.size === 0) return NaN;
  return [...processes].reduce((sum, [id, { seconds }]) => sum + (own(id) ? seconds : 0), 0);
}

/** Starts to watch; the answer tells how many cores other programs used since, on average. */
export async function watchOthers() {
  const own = await ownSeconds();
  const [all, start] = [allSeconds(), performance.now()];
  return async () => {
    const [allAfter, seconds] = [allSeconds(), (performance.now() - start) / 1000];
    const others = allAfter - all - ((await ownSeconds()) - own);
    return Math.min(Math.max(0, others / seconds), cpus().length);
  };
}

/** What others do while the bench does nothing. */
export async function machineState() {
  const others = await watchOthers();
  await sleep(1000);
  return { load: loadavg()[0], others: await others() };
}

/** @typedef {Awaited<ReturnType<typeof machineState>>} MachineState */

/** Keeps cores busy, as so many other programs would, until they are stopped. @param {number} programs */
export function keepBusy(programs) {
  const children = Array.from({ length: programs }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  return async () => {
    for (const child of children) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  };
}
