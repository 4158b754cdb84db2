// 100 kB each of what makes parsers of Markdown slow.

const K = 100_000;
/** @type {Record<string, string>} */
export const SLOW = {
  emphasis: '_a_ '.repeat(K / 4),
  'emphasis, by lines': '_a_\n'.repeat(K / 4),
  'open emphasis': '*a **a '.repeat(K / 7),
  'wide table': `${'|a'.repeat(K / 4)}|\n${'|-'.repeat(K / 4)}|\n`,
  'long table': `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(K / 6)}`,
  brackets: '['.repeat(K),
  'brackets, by lines': `${'[a\n'.repeat(K / 3)}`,
  links: '[a](<b'.repeat(K / 6),
  quotes: '>'.repeat(K),
  'nested lists': Array.from({ length: 440 }, (_, i) => `${' '.repeat(i)}- a`).join('\n'),
  'code spans': Array.from({ length: 440 }, (_, i) => `${'`'.repeat(i)} `).join('\n'),
  money: '$a\n'.repeat(K / 3),
  formulas: '$$a '.repeat(K / 4),
  'formula blocks': '$$\n'.repeat(K / 3),
  definitions: '[a]: b\n'.repeat(K / 7),
  entities: '&'.repeat(K),
  backslashes: '\\('.repeat(K / 2),
  addresses: 'https://a.'.repeat(K / 10),
  'addresses, by lines': 'www.a.b/(\n'.repeat(K / 10),
};
