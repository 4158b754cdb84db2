// pkg/ as people get it: packed, installed into a fresh project, bundled or not, and asked a question in Chromium.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rollup } from 'rollup';
import { compileTemplate } from 'vue/compiler-sfc';
import webpack from 'webpack';
import { setup } from './harness.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);
const TINY = { '/models/tiny.gguf': join(root, 'tests/fixtures/arch/smollm2-tied-q4_0/model.gguf') };
const PAGE =
  '<!doctype html><title>App</title><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';

const APP = `
import { loadEngine } from 'loquat-chat';
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
  await cp(join(project, 'node_modules/loquat-chat'), out, { recursive: true });
  await writeFile(join(out, 'index.html'), PAGE);
  await answerOf(t, out);
});

test('a Rollup bundle answers with the package’s files beside it', async (t) => {
  const out = join(project, 'rollup');
  const installed = join(project, 'node_modules/loquat-chat');
  /** @type {string[]} */
  const warnings = [];
  const bundle = await rollup({
    input: join(project, 'main.js'),
    onwarn: ({ message }) => void warnings.push(message),
    // What @rollup/plugin-node-resolve does, which every project has that takes packages from npm.
    plugins: [
      {
        name: 'from-npm',
        resolveId: (id) => (id === 'loquat-chat' ? join(installed, 'index.js') : null),
      },
    ],
  });
  await bundle.write({ dir: out, format: 'es' });
  await bundle.close();
  assert.deepEqual(warnings, []);
  await cp(installed, out, { recursive: true });
  await writeFile(join(out, 'index.html'), PAGE);
  await answerOf(t, out);
});

test('webpack builds it unconfigured and without a warning, and it answers', async (t) => {
  const out = join(project, 'webpack');
  const stats = await new Promise((resolve, reject) =>
    webpack(
      {
        context: project,
        entry: './main.js',
        mode: 'production',
        output: { path: out, publicPath: 'auto' },
        performance: { hints: false }, // the engine is larger than a page's script should be
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    ),
  );
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual([errors, warnings], [[], []]);
  await writeFile(join(out, 'index.html'), PAGE);
  await answerOf(t, out);
});

test('a page without any bundler imports it', async (t) => {
  const plain = join(project, 'plain');
  await cp(join(project, 'node_modules/loquat-chat'), join(plain, 'loquat'), { recursive: true });
  await writeFile(join(plain, 'index.html'), PAGE);
  await writeFile(join(plain, 'main.js'), APP.replace("'loquat-chat'", "'./loquat/index.js'"));
  await answerOf(t, plain);
});

test('a Vite project with the element, too: styles, views and worker are found', async (t) => {
  const site = join(project, 'site');
  const tag = '<loquat-chat model="/models/tiny.gguf" heading="Help"></loquat-chat>';
  await mkdir(site);
  await writeFile(join(site, 'index.html'), `${PAGE}${tag}`);
  await writeFile(join(site, 'main.js'), "import 'loquat-chat/element';");
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
import { loadEngine } from 'loquat-chat';
import { loquat } from 'loquat-chat/ai-sdk';
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
  await cp(join(project, 'node_modules/loquat-chat'), out, { recursive: true });
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
import { ApiError, loadEngine, type Embeddings, type Engine } from 'loquat-chat';
import { LoquatChat } from 'loquat-chat/element';
import { installLanguageModel } from 'loquat-chat/prompt-api';
import { remoteEngine } from 'loquat-chat/remote';
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

const FRAMEWORKS = {
  'react.tsx': `
import { useEffect, useRef } from 'react';
import type { LoquatChat } from 'loquat-chat/react';
import 'loquat-chat/react';
export function Help() {
  const chat = useRef<LoquatChat>(null);
  useEffect(() => {
    if (chat.current) chat.current.tools = [{ name: 'stock', label: 'Stock', words: ['stock'], run: () => 'none' }];
  }, []);
  return <loquat-chat ref={chat} className="help" config="/service.json" max-tokens={200} theme="dark" floating />;
}
// @ts-expect-error there is no such theme
export const wrong = <loquat-chat theme="pink" />;
`,
  'preact.tsx': `
/** @jsxImportSource preact */
import 'loquat-chat/preact';
export const Help = () => <loquat-chat class="help" heading="Help" position="bottom-left" history="no" />;
// @ts-expect-error nor such a place
export const wrong = <loquat-chat position="top" />;
`,
  'vue.tsx': `
/** @jsxImportSource vue */
import type { GlobalComponents } from 'vue';
import 'loquat-chat/vue';
export const Help = () => <loquat-chat class="help" config="/service.json" tools={[]} />;
type Props = InstanceType<GlobalComponents['loquat-chat']>['$props'];
export const props: Props = { heading: 'Help' };
// @ts-expect-error nor such a backend
export const wrong = <loquat-chat backend="quantum" />;
`,
  'svelte.ts': `
import type { SvelteHTMLElements } from 'svelte/elements';
import 'loquat-chat/svelte';
export const props: SvelteHTMLElements['loquat-chat'] = { class: 'help', 'quick-replies': 'A|B' };
// @ts-expect-error a theme is no number
export const wrong: SvelteHTMLElements['loquat-chat'] = { theme: 1 };
`,
  'plain.ts': `
import { type LoquatChatAttributes } from 'loquat-chat/element';
export const options: LoquatChatAttributes = { model: '/m.gguf' };
document.querySelector('loquat-chat')?.sendMessage('Hi');
document.createElement('loquat-chat').options = { quickReplies: ['A'] };
// @ts-expect-error a list, there
document.createElement('loquat-chat').options = { quickReplies: 'A' };
`,
};

test('the element has types in React, Preact, Vue, Svelte, and without any of them', async () => {
  const folder = join(project, 'frameworks');
  await mkdir(folder);
  for (const [name, code] of Object.entries(FRAMEWORKS)) await writeFile(join(folder, name), code);
  const at = (/** @type {string} */ path) => [join(root, 'node_modules', path)];
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    types: [],
    lib: ['es2023', 'dom', 'dom.iterable'],
    skipLibCheck: false,
    paths: {
      react: at('@types/react'),
      'react/*': at('@types/react/*'),
      preact: at('preact'),
      'preact/*': at('preact/*'),
      vue: at('vue'),
      'vue/*': at('vue/*'),
      'svelte/elements': at('svelte/elements'),
    },
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(FRAMEWORKS) }),
  );
  const args = [bin('typescript/bin/tsc'), '-p', folder];
  await run(process.execPath, args).catch(({ stdout }) => assert.fail(stdout));
});

const TOOLS = `const tools = [{ name: 'order', label: 'Look up the order', words: ['state of my order'], run: () => 'It left on Monday.' }];`;
/** A template as a project's bundler compiles it, told what docs/service.md says. */
const VUE = compileTemplate({
  id: 'chat',
  filename: 'Chat.vue',
  source: '<loquat-chat config="/service.json" :tools.prop="tools" />',
  compilerOptions: { mode: 'module', isCustomElement: (tag) => tag === 'loquat-chat' },
}).code;
/** As docs/service.md has them, with the shop's functions. */
const RECIPES = {
  React: `
import { useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import 'loquat-chat/react';
${TOOLS}
function App() {
  const ref = useRef(null);
  useEffect(() => void (ref.current.tools = tools), []);
  return <loquat-chat ref={ref} config="/service.json" />;
}
createRoot(document.body.appendChild(document.createElement('main'))).render(<App />);
`,
  Vue: `
import { createApp } from 'vue';
import 'loquat-chat/vue';
${TOOLS}
${VUE}
createApp({ setup: () => ({ tools }), render }).mount(document.body.appendChild(document.createElement('main')));
`,
};

for (const [name, code] of Object.entries(RECIPES)) {
  test(`${name} shows the chat, and its functions reach it`, async (t) => {
    const out = join(project, name);
    await mkdir(out);
    await writeFile(join(project, `${name}.jsx`), code);
    const flags = [
      '--bundle',
      '--format=esm',
      '--jsx=automatic',
      '--log-level=error',
      '--define:process.env.NODE_ENV="production"',
    ];
    const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
    const args = [`${name}.jsx`, ...flags, `--outfile=${join(out, 'main.js')}`];
    await run(bin('esbuild/bin/esbuild'), args, { cwd: project, env });
    await cp(join(project, 'node_modules/loquat-chat'), out, { recursive: true });
    await writeFile(join(out, 'index.html'), PAGE);
    await writeFile(join(out, 'service.json'), JSON.stringify({ version: 1, name: 'Alder' }));
    const { open } = await setup(t, { dist: out });
    const { page, errors } = await open();
    const chat = page.locator('loquat-chat');
    await chat.getByRole('heading', { name: 'Alder' }).first().waitFor();
    await chat.getByRole('textbox', { name: 'Message' }).fill('What is the state of my order?');
    await page.keyboard.press('Enter');
    await chat.locator('article.assistant').getByText('It left on Monday.').waitFor();
    assert.deepEqual(errors, []);
  });
}
