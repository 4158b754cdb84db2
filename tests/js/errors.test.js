// Every error code that can reach the page has a sentence and a remedy in every language of the page.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { REMEDIES } from '../../www/protocol/weights-error.js';
import { explain } from '../../www/ui/lib/error-words.js';
import { LANGUAGES } from '../../xtask/locales.mjs';

const root = new URL('../../', import.meta.url);

/** @type {Record<string, import('../../www/locales/tables.js').Errors>} */
const ERRORS = {};
for (const language of LANGUAGES)
  ERRORS[language] = (await import(`../../www/locales/${language}.js`)).errors;
const { en, zh } = ERRORS;

/** What only programs meet, that use the package: these errors never reach the page. */
const FOR_PROGRAMS = /^(api\/(openai|ai-sdk|prompt-api|routes)|agent\/tool)/;
/** What is no error: messages on success, an answer that was stopped, a reason without words of its own. */
const NOT_ERRORS = new Set([
  'conversation_archived',
  'conversation_deleted',
  'model_moved',
  'model_speaks',
  'conversations_imported',
  'aborted',
  'other',
  'requests_uncounted',
  'encoder', // why an engine runs where it runs
  'shader_compiler',
]);

/** The codes of the engine, of the cache and of the page's own modules, with where they were found. */
async function allCodes() {
  /** @type {Map<string, string>} */
  const codes = new Map();
  const rust = await readFile(new URL('src/error.rs', root), 'utf8');
  const body = /fn code\(&self\)[\s\S]*?\n {4}\}/.exec(rust)?.[0] ?? '';
  for (const [, code] of body.matchAll(/=> "(\w+)"/g)) codes.set(code, 'src/error.rs');
  for (const code of Object.keys(REMEDIES)) codes.set(code, 'www/protocol/weights-error.js');
  for (const name of await readdir(new URL('crates/', root), { recursive: true })) {
    if (!name.endsWith('.rs')) continue;
    const source = await readFile(new URL(`crates/${name}`, root), 'utf8');
    for (const [, code] of source.matchAll(
      /(?:(?:ReadError::new|\bthrown)\(\s*|TableError::\w+ \{ \.\. \} => )"([a-z_]+)"/g,
    ))
      codes.set(code, `crates/${name}`);
  }
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

test('every error code has a sentence and a remedy in every language', async () => {
  const codes = await allCodes();
  assert.ok(codes.has('unsupported_type') && codes.has('html_instead') && codes.has('gguf_truncated'));
  assert.ok(codes.has('engine_unsupported') && codes.has('internal') && codes.size > 60, `${codes.size}`);
  for (const [code, where] of codes) {
    for (const [language, texts] of Object.entries(ERRORS)) {
      const [says, remedy] = texts[code] ?? [];
      assert.ok(says && remedy, `${code} of ${where} has no text in ${language}`);
    }
    assert.match(zh[code].join(''), /\p{Script=Han}/u, code);
    assert.doesNotMatch(en[code].join(''), /\p{Script=Han}/u, code);
  }
  for (const code of Object.values(ERRORS).flatMap((table) => Object.keys(table)))
    assert.ok(codes.has(code.replace(/_file$/, '')), `nothing throws ${code} any more`);
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
