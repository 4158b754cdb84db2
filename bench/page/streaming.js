// The built page with an engine that streams a given text, one word a token. Measures nothing.
import { readFile } from 'node:fs/promises';
import { launch, open } from '../../tests/browser/harness.js';
import { FAKE, parts, serveFakeEngine, TINY } from '../../tests/browser/page.js';
import { startServer } from '../../tests/browser/server.js';

/** @param {{answer: string, pauseMs: number, step?: string, policy?: object}} script `step`: what the engine does before each word */
export async function setupPage({ answer, pauseMs, step = '', policy }) {
  const server = await startServer({ files: { '/models/tiny.gguf': TINY } });
  await serveFakeEngine(server);
  const path = '/pkg/fake/loquat.js';
  const engine = server.pages.get(path)?.body ?? '';
  const own = `ANSWERS['go on'] = ${JSON.stringify(answer)};\n`;
  const body = engine.replace('await pause(4);', `await pause(${pauseMs}); ${step}`) + own;
  server.pages.set(path, { type: 'text/javascript', body });
  if (policy) {
    server.pages.set('/policy.json', { type: 'application/json', body: JSON.stringify(policy) });
    const html = await readFile(new URL('../../dist/index.html', import.meta.url), 'utf8');
    const body = html.replace(/(name="?loquat-policy"? content=)"?default"?/, '$1"/policy.json"');
    server.pages.set('/', { type: 'text/html; charset=utf-8', body });
  }
  const browser = await launch();
  const { page } = await open(browser.context, `${server.origin}${FAKE}&maxTokens=100000`);
  await parts(page).agree();
  return {
    page,
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}
