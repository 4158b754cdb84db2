// Every error code that can reach the page has a sentence and a remedy in every language of the page.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { REMEDIES } from '../../www/cache/errors.js';
import { errors as en } from '../../www/ui/errors-en.js';
import { errors as zh } from '../../www/ui/errors-zh.js';
import { explain } from '../../www/ui/errors.js';

const root = new URL('../../', import.meta.url);

/** What only programs meet, that use the package: these errors never reach the page. */
const FOR_PROGRAMS = /engine\/(openai|ai-sdk|prompt-api|tool)/;
/** What is no error: messages on success, and an answer that was stopped. */
const NOT_ERRORS = new Set(['conversation_deleted', 'conversations_imported', 'aborted']);

/** The codes of the engine, of the cache and of the page's own modules, with where they were found. */
async function allCodes() {
  /** @type {Map<string, string>} */
  const codes = new Map();
  const rust = await readFile(new URL('src/error.rs', root), 'utf8');
  const body = /fn code\(&self\)[\s\S]*?\n {4}\}/.exec(rust)?.[0] ?? '';
  for (const [, code] of body.matchAll(/=> "(\w+)"/g)) codes.set(code, 'src/error.rs');
  for (const code of Object.keys(REMEDIES)) codes.set(code, 'www/cache/errors.js');
  const patterns = [
    /(?:\bcode: |\.code = |\bcoded\(\s*|new (?:LoquatError|CacheError)\(\s*)'([a-z_]+)'/g,
    /new (?:LoquatError|CacheError)\(\s*\w+ \? '([a-z_]+)' : '([a-z_]+)'/g,
    /typeof code === 'string' \? code : '([a-z_]+)'/g,
  ];
  const www = new URL('www/', root);
  for (const name of await readdir(www, { recursive: true })) {
    if (!name.endsWith('.js') || FOR_PROGRAMS.test(name)) continue;
    const source = await readFile(new URL(name, www), 'utf8');
    for (const [, ...found] of patterns.flatMap((pattern) => [...source.matchAll(pattern)]))
      for (const code of found) codes.set(code, `www/${name}`);
  }
  for (const code of NOT_ERRORS) codes.delete(code);
  return codes;
}

test('every error code has a sentence and a remedy in English and in Chinese', async () => {
  const codes = await allCodes();
  assert.ok(codes.has('unsupported_type') && codes.has('html_instead') && codes.has('gguf_truncated'));
  assert.ok(codes.has('engine_unsupported') && codes.has('internal') && codes.size > 60, `${codes.size}`);
  for (const [code, where] of codes) {
    for (const [language, texts] of Object.entries({ en, zh })) {
      const [says, remedy] = texts[code] ?? [];
      assert.ok(says && remedy, `${code} of ${where} has no text in ${language}`);
    }
    assert.match(zh[code].join(''), /\p{Script=Han}/u, code);
    assert.doesNotMatch(en[code].join(''), /\p{Script=Han}/u, code);
  }
  for (const code of [...Object.keys(en), ...Object.keys(zh)])
    assert.ok(codes.has(code), `nothing throws ${code} any more`);
});

test('names and numbers stay below the sentence; an unknown code speaks for itself', async () => {
  const fault = { code: 'not_found', message: 'x.gguf: the server answered 404.', remedy: 'Check it.' };
  const { says, remedy, detail } = await explain('zh', fault);
  assert.deepEqual([says, remedy], zh.not_found);
  assert.equal(detail, 'x.gguf: the server answered 404.');
  const hint = 'It fits with a context of 2048.';
  assert.match((await explain('en', { ...fault, code: 'wont_fit', hint })).detail, /404\. It fits with/);
  const own = { code: 'a_sites_own', message: 'What.', remedy: 'Do.' };
  assert.deepEqual(await explain('zh', own), { says: 'What.', remedy: 'Do.', detail: '' });
});
