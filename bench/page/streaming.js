// The built page with an engine that streams a given text, one word a token. Measures nothing.
import { launch, open } from '../../tests/browser/harness.js';
import { FAKE, parts, serveFakeEngine, TINY } from '../../tests/browser/page.js';
import { startServer } from '../../tests/browser/server.js';

/** @param {{answer: string, pauseMs: number}} script */
export async function setupPage({ answer, pauseMs }) {
  const server = await startServer({ files: { '/models/tiny.gguf': TINY } });
  await serveFakeEngine(server);
  const path = '/pkg/fake/loquat.js';
  const engine = server.pages.get(path)?.body ?? '';
  const own = `ANSWERS['go on'] = ${JSON.stringify(answer)};\n`;
  const body = engine.replace('await pause(4);', `await pause(${pauseMs});`) + own;
  server.pages.set(path, { type: 'text/javascript', body });
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
