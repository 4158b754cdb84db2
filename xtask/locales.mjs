// The languages of the page, for the bundler: found in www/locales/, each section of a table a module of its own.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../www/locales');

/** A language's file is named by its tag: en.js, zh.js, pt-BR.js. */
export const LANGUAGES = readdirSync(folder)
  .map((name) => /^([a-z]{2,3}(?:-\w+)?)\.js$/.exec(name)?.[1] ?? '')
  .filter(Boolean)
  .sort();

/** @type {Record<string, typeof import('../www/locales/en.js')>} */
const tables = {};
for (const language of LANGUAGES)
  tables[language] = await import(pathToFileURL(join(folder, `${language}.js`)).href);

/** What few scripts need of every language, and have no time to load. */
export const WORDS = {
  __LOQUAT_LANGUAGES__: JSON.stringify(LANGUAGES),
  __LOQUAT_LAUNCHER__: JSON.stringify(
    Object.fromEntries(LANGUAGES.map((language) => [language, tables[language].launcher])),
  ),
  __LOQUAT_BROKEN__: JSON.stringify(LANGUAGES.map((language) => tables[language].launcher.broken)),
};

/** The sections that are loaded when they are wanted. */
const SECTIONS = Object.keys(tables.en).filter((name) => name !== 'launcher');

/** `import('./en.js?errors')` is a module with that export alone. @type {import('esbuild').Plugin} */
export const locales = {
  name: 'locales',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/[\w-]+\.js\?\w+$/ }, ({ path, importer }) => {
      const [file, section] = path.split('?');
      return { path: join(dirname(importer), file), namespace: 'locale', suffix: `?${section}` };
    });
    onLoad({ filter: /.*/, namespace: 'locale' }, ({ path, suffix }) => {
      const section = suffix.slice(1);
      const words = /** @type {Record<string, object>} */ (tables[basename(path, '.js')])[section];
      return { contents: `export const ${section} = ${JSON.stringify(words)};` };
    });
    onLoad({ filter: /[/\\]locales[/\\]tables\.js$/ }, ({ path }) => {
      const rows = LANGUAGES.flatMap((language) =>
        SECTIONS.map((name) => `'${language}?${name}': () => import('./${language}.js?${name}'),`),
      );
      const written = `const FILES = {\n${rows.join('\n')}\n};\nconst load = (language, section) => FILES[language + '?' + section]();`;
      const source = readFileSync(path, 'utf8');
      if (!LOAD.test(source)) throw new Error('www/locales/tables.js has no `const load` to write out.');
      return { contents: source.replace(LOAD, () => written) };
    });
  },
};
/** What stands in tables.js for engines that import by address. */
const LOAD = /^const load = [^;]+;$/m;
