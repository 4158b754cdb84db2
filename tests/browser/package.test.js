// pkg/ as people get it: packed, installed into a fresh project, bundled or not, and asked a question in Chromium.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setup } from './harness.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);
const TINY = { '/models/tiny.gguf': join(root, 'tests/fixtures/arch/smollm2-tied-q4_0/model.gguf') };
const PAGE =
  '<!doctype html><title>App</title><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';

const APP = `
import { loadEngine } from 'loquat';
try {
  const phases = new Set();
  const engine = await loadEngine({
    model: '/models/tiny.gguf',
    onProgress: ({ phase }) => phases.add(phase),
  });
  const messages = [{ role: 'user', content: 'Hi' }];
  let text = '';
  for await (const chunk of await engine.chat.completions.create({ messages, max_tokens: 5, stream: true })) {
    text += chunk.choices[0].delta.content ?? '';
  }
  const done = await engine.chat.completions.create({ messages, max_tokens: 5, temperature: 0 });
  const ids = await engine.tokenize('Hi there');
  const back = await engine.detokenize(ids);
  const saved = await engine.save();
  await engine.close();
  const later = await loadEngine({ model: '/models/tiny.gguf' });
  await later.restore(saved);
  const again = await later.chat.completions.create({ messages, max_tokens: 5, temperature: 0 });
  await later.close();
  globalThis.answer = { done, again, text, back, saved: saved.length, phases: [...phases], backend: engine.info.backend };
} catch (error) {
  globalThis.answer = { error: String(error), code: error.code };
}
`;

let project = '';

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'loquat-project-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', project, join(root, 'pkg')]);
  const manifest = { name: 'fresh', private: true, type: 'module' };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', `./${stdout.trim()}`], {
    cwd: project,
  });
  await writeFile(join(project, 'main.js'), APP);
  await writeFile(join(project, 'index.html'), PAGE);
});
after(() => rm(project, { recursive: true, force: true }));

/** @param {import('node:test').TestContext} t @param {string} dist */
async function answerOf(t, dist) {
  const { open } = await setup(t, { dist, files: TINY });
  const { page, errors } = await open();
  const found = () => /** @type {any} */ (globalThis).answer;
  await page.waitForFunction(found, undefined, { timeout: 60_000 });
  const answer = await page.evaluate(found);
  assert.equal(answer.error, undefined, answer.error);
  assert.equal(answer.done.usage.completion_tokens, 5);
  assert.equal(answer.done.choices[0].finish_reason, 'length');
  assert.ok(answer.done.timings.predicted_ms > 0);
  assert.equal(answer.back, 'Hi there');
  assert.ok(answer.saved > 0);
  assert.equal(answer.again.choices[0].message.content, answer.done.choices[0].message.content);
  const { prompt_tokens, prompt_tokens_details } = answer.again.usage;
  assert.equal(
    prompt_tokens_details.cached_tokens,
    prompt_tokens - 1,
    'a restored session has read the prompt',
  );
  assert.ok(answer.phases.includes('download'));
  assert.deepEqual(errors, []);
}

test('a fresh Vite project builds and answers, unconfigured', async (t) => {
  await run(process.execPath, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'error'], { cwd: project });
  const assets = await readdir(join(project, 'dist/assets'));
  assert.ok(
    assets.some((name) => name.endsWith('.wasm')),
    'the wasm is among the assets',
  );
  await answerOf(t, join(project, 'dist'));
});

test('an esbuild bundle answers with the package’s files beside it', async (t) => {
  const out = join(project, 'out');
  await mkdir(out);
  const args = ['main.js', '--bundle', '--format=esm', `--outdir=${out}`, '--log-level=error'];
  await run(bin('esbuild/bin/esbuild'), args, { cwd: project });
  await cp(join(project, 'node_modules/loquat'), out, { recursive: true });
  await writeFile(join(out, 'index.html'), PAGE);
  await answerOf(t, out);
});

test('a page without any bundler imports it', async (t) => {
  const plain = join(project, 'plain');
  await cp(join(project, 'node_modules/loquat'), join(plain, 'loquat'), { recursive: true });
  await writeFile(join(plain, 'index.html'), PAGE);
  await writeFile(join(plain, 'main.js'), APP.replace("'loquat'", "'./loquat/index.js'"));
  await answerOf(t, plain);
});

test('a Vite project with the element, too: styles, views and worker are found', async (t) => {
  const site = join(project, 'site');
  const tag = '<loquat-chat model="/models/tiny.gguf" heading="Help"></loquat-chat>';
  await mkdir(site);
  await writeFile(join(site, 'index.html'), `${PAGE}${tag}`);
  await writeFile(join(site, 'main.js'), "import 'loquat/element';");
  await run(process.execPath, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'error'], { cwd: site });
  const { open } = await setup(t, { dist: join(site, 'dist'), files: TINY });
  const { page, errors } = await open();
  const chat = page.locator('loquat-chat');
  await chat.locator('.offer .primary').click();
  await chat.getByRole('textbox', { name: 'Message' }).fill('Hi');
  await page.keyboard.press('Enter');
  await chat
    .getByRole('button', { name: /Answer again|Continue/ })
    .first()
    .waitFor({ timeout: 60_000 });
  const look = await chat.locator('.composer').evaluate((form) => getComputedStyle(form).display);
  assert.equal(look, 'flex', 'the stylesheet is there');
  assert.deepEqual(errors, []);
});

const AI = `
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import { loadEngine } from 'loquat';
import { loquat } from 'loquat/ai-sdk';
try {
  const engine = await loadEngine({ model: '/models/tiny.gguf', contextLength: 1024 });
  const model = loquat(engine);
  const plain = await generateText({ model, prompt: 'Hi', maxOutputTokens: 5 });
  const stream = streamText({ model, prompt: 'Hi', maxOutputTokens: 5 });
  let pieces = 0;
  for await (const piece of stream.textStream) pieces += piece.length > 0 ? 1 : 0;
  const shape = { type: 'object', properties: { ripe: { type: 'boolean' } }, required: ['ripe'], additionalProperties: false };
  const { output } = await generateText({ model, prompt: 'x', output: Output.object({ schema: jsonSchema(shape) }) });
  const heated = [];
  const heat = tool({
    inputSchema: jsonSchema({
      type: 'object',
      properties: { celsius: { type: 'integer', minimum: 0, maximum: 40 } },
      required: ['celsius'],
      additionalProperties: false,
    }),
    execute: async ({ celsius }) => (heated.push(celsius), 'done'),
  });
  const called = await generateText({
    model, prompt: 'Warm, please.', tools: { heat }, toolChoice: 'required', stopWhen: stepCountIs(1), temperature: 5, seed: 1, maxOutputTokens: 400,
  });
  await engine.close();
  globalThis.answer = { length: plain.finishReason, tokens: plain.usage.outputTokens, pieces, output, heated, finish: called.finishReason };
} catch (error) {
  globalThis.answer = { error: String(error?.stack ?? error) };
}
`;

test('the AI SDK talks to the engine in a browser: text, streams, objects, tools', async (t) => {
  const out = join(project, 'ai');
  await mkdir(out);
  await writeFile(join(project, 'ai.js'), AI);
  const args = [
    'ai.js',
    '--bundle',
    '--format=esm',
    `--outfile=${join(out, 'main.js')}`,
    '--log-level=error',
  ];
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
  await run(bin('esbuild/bin/esbuild'), args, { cwd: project, env });
  await cp(join(project, 'node_modules/loquat'), out, { recursive: true });
  await writeFile(join(out, 'index.html'), PAGE);
  const { open } = await setup(t, { dist: out, files: TINY });
  const { page } = await open();
  const found = () => /** @type {any} */ (globalThis).answer;
  await page.waitForFunction(found, undefined, { timeout: 60_000 });
  const answer = await page.evaluate(found);
  assert.equal(answer.error, undefined, answer.error);
  assert.deepEqual([answer.length, answer.tokens], ['length', 5]);
  assert.ok(answer.pieces > 0);
  assert.equal(typeof answer.output.ripe, 'boolean');
  assert.equal(answer.finish, 'tool-calls');
  assert.ok(answer.heated.length > 0 && answer.heated.every((/** @type {number} */ n) => n >= 0 && n <= 40));
});

test('the types are complete and mean what the documentation says', async () => {
  const code = `
import { ApiError, loadEngine, type Embeddings, type Engine } from 'loquat';
import { LoquatChat } from 'loquat/element';
import { installLanguageModel } from 'loquat/prompt-api';
import { remoteEngine } from 'loquat/remote';
import type { OpenAI } from '${root}node_modules/openai/index.js';
const engine: Engine = await loadEngine({ model: 'x.gguf', backend: 'cpu', contextLength: 512 });
const whole = await engine.chat.completions.create({ messages: [{ role: 'user', content: 'x' }] });
const text: string | null = whole.choices[0].message.content;
const stream = await engine.chat.completions.create({ messages: [], stream: true });
for await (const chunk of stream) { const piece: string | undefined = chunk.choices[0].delta.content; void piece; }
const ids: Uint32Array = await engine.tokenize('x');
const tool = { type: 'function' as const, function: { name: 'heat', parameters: { type: 'object' } } };
const called = await engine.chat.completions.create({
  messages: [{ role: 'tool', tool_call_id: 'a', content: '' }],
  tools: [tool],
  tool_choice: { type: 'function', function: { name: 'heat' } },
  parallel_tool_calls: false,
});
const args: string | undefined = called.choices[0].message.tool_calls?.[0].function.arguments;
const shaped = await engine.chat.completions.create({
  messages: [],
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' }, strict: true } },
});
const encoder = await loadEngine({ model: 'x.gguf', task: 'embed' });
const own: Embeddings = await encoder.embed(['x', [1, 2]], { pooling: 'mean', normalize: false });
// The official client's types take what comes back, and its requests are ours.
const theirs: OpenAI.Chat.ChatCompletion[] = [whole, called, shaped];
const pieces: AsyncIterable<OpenAI.Chat.ChatCompletionChunk> = stream;
const texts: OpenAI.Completion = await engine.completions.create({ prompt: 'x' });
const vectors: OpenAI.CreateEmbeddingResponse = await encoder.embeddings.create({ model: 'x', input: [[1]] } satisfies OpenAI.EmbeddingCreateParams);
const remote = remoteEngine({ baseURL: '/v1', model: 'x' });
const leaves: true = remote.leavesDevice;
const same: OpenAI.Chat.ChatCompletion = await remote.chat.completions.create({ messages: [] });
const polyfill = installLanguageModel({ load: () => loadEngine({ model: 'x.gguf' }) });
const said: string = await (await polyfill.create()).prompt('x', { responseConstraint: /a/ });
const chat = new LoquatChat();
chat.options = { model: '/x.gguf', frame: true, quickReplies: ['a'] };
await chat.sendMessage('x');
// @ts-expect-error a tool is a function
await engine.chat.completions.create({ messages: [], tools: [{ type: 'magic' }] });
// @ts-expect-error there is no such format
await engine.chat.completions.create({ messages: [], response_format: { type: 'yaml' } });
// @ts-expect-error nor such a task
await loadEngine({ model: 'x.gguf', task: 'dream' });
// @ts-expect-error there is no such backend
await loadEngine({ model: 'x.gguf', backend: 'quantum' });
// @ts-expect-error messages are required
await engine.chat.completions.create({ stream: true });
export { ApiError, text, ids, args, own, theirs, pieces, texts, vectors, leaves, same, said };
`;
  await writeFile(join(project, 'types.ts'), code);
  const flags = '--noEmit --strict --target es2022 --module esnext --moduleResolution bundler --types'.split(
    ' ',
  );
  const args = [bin('typescript/bin/tsc'), ...flags, '', '--lib', 'es2023,dom,dom.iterable', 'types.ts'];
  await run(process.execPath, args, { cwd: project }).catch(({ stdout }) => assert.fail(stdout));
});
