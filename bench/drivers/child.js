// A native driver in a process of its own, so that its threads end with it. `node child.js MODEL` serves calls from
// the parent's messages; childDriver() is the parent's side.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./driver.js').Driver} Driver */
/** @typedef {{value: any} | {error: string}} Reply */

/** @param {string} model @returns {Driver} */
export function childDriver(model) {
  const child = fork(fileURLToPath(import.meta.url), [model], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  /** @param {keyof Driver} method @param {unknown} [argument] */
  const call = async (method, argument) => {
    const reply = once(child, 'message');
    const ended = once(child, 'exit').then(([code]) => [{ error: `the process ended with status ${code}` }]);
    child.send({ method, argument });
    const [answer] = /** @type {[Reply]} */ (await Promise.race([reply, ended]));
    if ('error' in answer) throw new Error(`native llama.cpp: ${answer.error}`);
    return answer.value;
  };
  return {
    load: (threads) => call('load', threads),
    run: (task) => call('run', task),
    memory: async () => undefined,
    async close() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const { nativeDriver } = await import('./native.js');
  const driver = nativeDriver(process.argv[2]);
  process.on(
    'message',
    async (/** @type {{method: 'load' | 'run', argument: any}} */ { method, argument }) => {
      /** @type {Reply} */
      let reply;
      try {
        reply = { value: await (await driver)[method](argument) };
      } catch (error) {
        reply = { error: String(error) };
      }
      process.send?.(reply);
    },
  );
}
