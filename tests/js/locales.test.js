// Every language of the page says the same things: the same keys, the same places for values, words for every error and reason.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { explainBackend } from '../../www/ui/settings/backend-words.js';
import { makeI18n, pickLanguage, withWords } from '../../www/ui/lib/i18n.js';
import { fill } from '../../www/locales/fill.js';
import { loadWords } from '../../www/locales/tables.js';
import { LANGUAGES, WORDS, locales } from '../../xtask/locales.mjs';
import { build } from 'esbuild';

const folder = new URL('../../www/locales/', import.meta.url);
/** @type {Record<string, Record<string, Record<string, string | readonly string[]>>>} */
const TABLES = {};
for (const language of LANGUAGES) TABLES[language] = { ...(await import(`${folder}${language}.js`)) };
const { en, ...others } = TABLES;

/** The names of the values in a sentence. @param {string | readonly string[]} sentence */
const places = (sentence) =>
  [...new Set([...String(sentence).matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();

test('a language is one file: those in the folder, and no list of them', async () => {
  const files = (await readdir(folder)).filter((name) => !['fill.js', 'tables.js'].includes(name));
  assert.deepEqual(files.sort(), LANGUAGES.map((language) => `${language}.js`).sort());
  assert.ok(LANGUAGES.includes('ja') && LANGUAGES.includes('zh'), LANGUAGES.join());
});

for (const [language, table] of Object.entries(others)) {
  test(`${language} has the keys of English, with the same values in them`, () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(en).sort());
    for (const [section, words] of Object.entries(en)) {
      assert.deepEqual(Object.keys(table[section]).sort(), Object.keys(words).sort(), section);
      for (const [key, sentence] of Object.entries(words)) {
        assert.deepEqual(places(table[section][key]), places(sentence), `${section}.${key}`);
        assert.ok(String(table[section][key]).trim(), `${section}.${key} is empty`);
      }
    }
  });
}

test('every choice by number has the forms that the language needs', () => {
  for (const [language, table] of Object.entries(TABLES)) {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const sentence of Object.values(table).flatMap((words) => Object.values(words).flat()))
      for (const [choice] of sentence.matchAll(/\{\w+\|(?:[^{}]|\{\w+\})*\}/g))
        for (const category of needed)
          assert.match(choice, new RegExp(`[|]${category}:`), `${language}: ${choice}`);
  }
});

test('numbers choose the words and are written as the language does', () => {
  const sentence = '{n|one:{n} chat|other:{n} chats} of {all}';
  assert.equal(fill('en', sentence, { n: 1, all: 'ten' }), '1 chat of ten');
  assert.equal(fill('en', sentence, { n: 1200, all: 2 }), '1,200 chats of 2');
  assert.equal(fill('ja', '{n|other:{n} 件}', { n: 1 }), '1 件');
  assert.equal(fill('ru', '{n|one:{n} чат|few:{n} чата|many:{n} чатов|other:{n} чата}', { n: 3 }), '3 чата');
  assert.equal(fill('en', 'a {missing} b', {}), 'a  b');
});

test('the language is the one chosen, else the first that the browser asks for and that is there', () => {
  assert.equal(pickLanguage('auto', ['fr', 'ja-JP', 'en'], LANGUAGES), 'ja');
  assert.equal(pickLanguage('zh', ['ja'], LANGUAGES), 'zh');
  assert.equal(pickLanguage('auto', ['fr'], LANGUAGES), 'en');
});

test('English stands in for a table that is out of reach', async () => {
  const { language, words } = await loadWords('xx', 'page');
  assert.deepEqual([language, words.send], ['en', 'Send']);
});

test('why the engine runs where it runs is told in every language, for every reason that Rust declares', async () => {
  const info = { backend: 'cpu', variant: 'wasm', threads: 2, reason: 'in English' };
  /** @param {string} language @param {any[]} [reasons] */
  const told = async (language, reasons) => {
    const words = /** @type {import('../../www/locales/tables.js').Page} */ (TABLES[language].page);
    return explainBackend(await withWords(makeI18n(language, words), 'panels'), {
      ...info,
      ...(reasons ? { reasons } : {}),
    });
  };
  const declared = await readFile(new URL('../../www/protocol/engine-types.d.ts', import.meta.url), 'utf8');
  const [type] = /export type Reason = .*/.exec(declared) ?? [''];
  const codes = [...type.matchAll(/"code": "(\w+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 10, codes.join());
  for (const code of [...codes, 'encoder', 'shader_compiler'])
    for (const language of LANGUAGES) assert.ok(TABLES[language].reasons[code], `${language}: ${code}`);
  const other = { code: 'other', values: { said: 'its logits differ' } };
  const reasons = [
    { code: 'no_asked_gpu', values: { because: { code: 'no_adapter', values: { said: 'Vulkan' } } } },
    { code: 'layer_times', values: { gpu: 3.1, cpu: 2.25 } },
    { code: 'no_subgroups', values: { because: other } },
    { code: 'short_context', values: { length: 1024, wanted: 4096 } },
  ];
  for (const language of LANGUAGES) {
    const said = await told(language, reasons);
    assert.match(said, /3\.1.*2\.25.*its logits differ.*(1,024.*4,096|4,096.*1,024)/);
    assert.doesNotMatch(said, /Vulkan|undefined|\{/);
    assert.match(await told(language), /in English/, 'an older engine gives no facts');
  }
  const software = { code: 'software_adapter', values: { name: 'SwiftShader' } };
  assert.equal(
    await told('zh', [{ code: 'no_gpu', values: { because: software } }]),
    '当前：cpu，wasm，2 个线程。原因：没有使用显卡，因为SwiftShader 在处理器上计算。',
  );
});

test('the bundler makes each section a module of its own, and finds the languages by itself', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [new URL('tables.js', folder).pathname],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: '/out',
    charset: 'utf8',
    write: false,
    metafile: true,
    plugins: [locales],
    define: WORDS,
  });
  const holding = (/** @type {string} */ text) => outputFiles.filter((file) => file.text.includes(text));
  assert.equal(holding('昨日').length, 1);
  assert.equal(holding('昨日')[0].text.includes('モデルの語彙'), false, 'errors come with the first error');
  assert.equal(holding(`"${LANGUAGES.join('", "')}"`).length, 1);
  const entry = outputFiles.find(({ path }) => path.endsWith('tables.js'));
  assert.doesNotMatch(entry?.text ?? '', /Send|昨日/);
  assert.ok(Object.keys(metafile.outputs).length > LANGUAGES.length * 5);
});
