// The chat templates that a TypeScript module lists, each to a file of its own.
// Usage: node xtask/templates.mjs MODULE.ts FOLDER
import { transform } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [module, folder] = process.argv.slice(2);
const { code } = await transform(await readFile(module, 'utf8'), { loader: 'ts', format: 'esm' });
const { OLLAMA_CHAT_TEMPLATE_MAPPING: entries } = await import(
  `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
);
for (const [at, { model, gguf }] of entries.entries()) {
  const name = model.replace(/^library\//, '').replace(/[^\w.-]/g, '-');
  await writeFile(join(folder, `${String(at).padStart(3, '0')}-${name}.jinja`), gguf);
}
