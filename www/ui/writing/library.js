// All templates that there are: those that come along in the person's language, the site's, and the person's own.
import { problem } from '../../agent/writing/template-problems.js';
import { readTemplates, writeTemplates } from '../../agent/writing/template.js';

/**
 * @typedef {import('../../agent/writing/template.js').Template} Template
 * @typedef {import('../../agent/writing/template.js').Problem} Problem
 */

const KEY = 'loquat-templates';

/** @type {Record<string, () => Promise<{default: unknown}>>} */
const FILES = {
  en: () => import('../../agent/writing/templates/en.json', { with: { type: 'json' } }),
  zh: () => import('../../agent/writing/templates/zh.json', { with: { type: 'json' } }),
  ja: () => import('../../agent/writing/templates/ja.json', { with: { type: 'json' } }),
};

/** Those that come along. @param {string} language @returns {Promise<Template[]>} */
export async function builtIn(language) {
  const { default: file } = await (FILES[language] ?? FILES.en)();
  return /** @type {{templates: Template[]}} */ (file).templates;
}

/** @type {Promise<{templates: Template[], problems: Problem[]}> | undefined} */
let site;

/** Those of the site, whose page names their file: `<meta name="loquat-templates" content="templates.json">`. */
export function siteTemplates() {
  return (site ??= (async () => {
    const address = document.querySelector('meta[name=loquat-templates]')?.getAttribute('content');
    if (!address) return { templates: [], problems: [] };
    try {
      const response = await fetch(new URL(address, document.baseURI));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return readTemplates(await response.text());
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      return { templates: [], problems: [problem(address, 'not_read', { message })] };
    }
  })());
}

/** @returns {Template[]} the person's own */
export function ownTemplates() {
  try {
    return readTemplates(localStorage.getItem(KEY) ?? '[]').templates;
  } catch {
    return []; // storage is forbidden
  }
}

/** Full or forbidden storage is an error to tell. @param {readonly Template[]} templates */
export function keepOwn(templates) {
  try {
    localStorage.setItem(KEY, writeTemplates(templates));
  } catch (error) {
    throw Object.assign(new Error(String(error)), {
      code: 'templates_not_kept',
      remedy: 'Export your templates, and free some storage of this page.',
    });
  }
}

/** Own ones first, then the site's; an own one takes the place of one with its name. @param {string} language @returns {Promise<Array<Template & {from: 'own' | 'site' | 'page'}>>} */
export async function allTemplates(language) {
  const [given, { templates }] = await Promise.all([builtIn(language), siteTemplates()]);
  const list = [
    ...ownTemplates().map((each) => ({ ...each, from: /** @type {const} */ ('own') })),
    ...templates.map((each) => ({ ...each, from: /** @type {const} */ ('site') })),
    ...given.map((each) => ({ ...each, from: /** @type {const} */ ('page') })),
  ];
  const seen = new Set();
  return list.filter(({ id }) => !seen.has(id) && seen.add(id));
}
