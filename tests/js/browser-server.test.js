// The browser tests' server, asked by Node: its ranges and its faults.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from '../browser/server.js';

/** @param {import('node:test').TestContext} t */
async function start(t) {
  const dist = await mkdtemp(join(tmpdir(), 'loquat-server-'));
  await writeFile(join(dist, 'index.html'), '<!doctype html>');
  await writeFile(join(dist, 'model'), '0123456789');
  const server = await startServer({ dist, files: { '/models/m.gguf': join(dist, 'model') } });
  t.after(async () => {
    await server.stop();
    await rm(dist, { recursive: true });
  });
  return { server, url: `${server.origin}/models/m.gguf` };
}

test('files, ranges and revalidation', async (t) => {
  const { server, url } = await start(t);
  const page = await fetch(`${server.origin}/`);
  assert.equal(await page.text(), '<!doctype html>');
  assert.equal(page.headers.get('cross-origin-embedder-policy'), 'require-corp');
  assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self' 'wasm-unsafe-eval';/);
  const part = await fetch(url, { headers: { Range: 'bytes=2-4' } });
  assert.deepEqual(
    [part.status, part.headers.get('content-range'), await part.text()],
    [206, 'bytes 2-4/10', '234'],
  );
  assert.equal((await fetch(url, { headers: { Range: 'bytes=10-' } })).status, 416);
  const etag = part.headers.get('etag') ?? '';
  assert.equal((await fetch(url, { headers: { 'If-None-Match': etag } })).status, 304);
  const stale = await fetch(url, { headers: { Range: 'bytes=2-4', 'If-Range': '"old"' } });
  assert.equal(await stale.text(), '0123456789');
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/none']) {
    assert.equal((await fetch(server.origin + path)).status, 404, path);
  }
  assert.deepEqual(
    server.requests('/models/m.gguf').map(({ status, sent }) => [status, sent]),
    [
      [206, 3],
      [416, 0],
      [304, 0],
      [200, 10],
    ],
  );
});

test('faults happen as often as asked', async (t) => {
  const { server, url } = await start(t);
  server.faults.set('/models/m.gguf', { status: 503, headers: { 'Retry-After': '1' }, times: 1 });
  const busy = await fetch(url);
  assert.deepEqual([busy.status, busy.headers.get('retry-after')], [503, '1']);
  assert.equal((await fetch(url)).status, 200);
  server.faults.set('/models/m.gguf', { cutAfter: 4, times: 1 });
  await assert.rejects(fetch(url).then((response) => response.arrayBuffer()));
  assert.equal(server.log.at(-1)?.sent, 4);
  server.faults.set('/models/m.gguf', { html: '<p>lost', times: 1 });
  assert.match((await fetch(url)).headers.get('content-type') ?? '', /html/);
  server.faults.set('/models/m.gguf', { ranges: false });
  assert.equal((await fetch(url, { headers: { Range: 'bytes=2-4' } })).status, 200);
  server.faults.set('/models/m.gguf', { redirect: '/' });
  assert.equal(await (await fetch(url)).text(), '<!doctype html>');
});

test('a stopped server refuses and comes back on its port', async (t) => {
  const { server, url } = await start(t);
  await server.stop();
  await assert.rejects(fetch(url));
  await server.restart();
  assert.equal((await fetch(url)).status, 200);
});
