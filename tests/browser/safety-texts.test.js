// The harmful prompts of the public sets stay where they are: none is in what is built for visitors, and none in what the
// screenshots are made of.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cases = join(process.env.LOQUAT_CASES ?? join(root, '../shared/cases'), 'safety');
const missing =
  !existsSync(cases) && 'the cases are not beside the checkout; LOQUAT_CASES says where they are';

/** Prompts and texts that harm or offend. */
async function harmful() {
  const files = ['simplesafetytests', 'xstest', 'coldataset'];
  const texts = await Promise.all(files.map((name) => readFile(join(cases, `${name}.jsonl`), 'utf8')));
  return texts
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => JSON.parse(line))
    .filter(({ label }) => label !== 'safe' && label !== 'ok')
    .map(({ prompt, text }) => Buffer.from(prompt ?? text));
}

test(
  'no harmful prompt of the sets is in dist/ or in the script of the screenshots',
  { skip: missing },
  async () => {
    const prompts = await harmful();
    assert.ok(prompts.length > 300, `${prompts.length} prompts`);
    const dist = join(root, 'dist');
    const entries = await readdir(dist, { recursive: true, withFileTypes: true });
    const built = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    assert.ok(built.length > 50, `${built.length} files in dist/`);
    for (const file of [...built, join(root, 'tests/browser/screenshots.js')]) {
      const bytes = await readFile(file);
      const found = prompts.filter((prompt) => bytes.includes(prompt)).length;
      assert.equal(found, 0, file);
    }
  },
);
