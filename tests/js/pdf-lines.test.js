// Reading order of PDF pages, by what pdf.js says of items; and whole documents by a pdf.js that is played by the test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { named } from '../../www/agent/documents/named.js';
import { inColumns } from '../../www/agent/documents/pdf-columns.js';
import { bodySize, linesOf, paragraphs } from '../../www/agent/documents/pdf-lines.js';
import { readPages } from '../../www/agent/documents/pdf-pages.js';
import { outlineOf, sectionsOn } from '../../www/agent/documents/pdf-outline.js';

/** @param {string} str @param {number} x @param {number} y @param {number} [size] @param {number} [width] */
const item = (str, x, y, size = 10, width = str.length * size * 0.5) => ({
  str,
  dir: 'ltr',
  transform: [size, 0, 0, size, x, y],
  width,
  height: size,
  hasEOL: false,
});
/** @param {ReturnType<typeof item>[]} items */
const texts = (items) => linesOf(items).map(({ text }) => text);

test('two columns are read one after the other', () => {
  const left = [item('left one', 50, 700), item('left two', 50, 688)];
  const right = [item('right one', 320, 700), item('right two', 320, 688)];
  assert.deepEqual(texts([...left, ...right]), ['left one', 'left two', 'right one', 'right two']);
});

test('words of a line are joined, with a space where there is a gap', () => {
  assert.deepEqual(texts([item('Hel', 50, 700), item('lo', 65, 700), item('world', 80, 700)]), [
    'Hello world',
  ]);
});

test('a raised number stays in its line, ligatures and soft hyphens are plain', () => {
  const line = [item('e\uFB03cient', 50, 700), item('2', 85.5, 703.5, 6), item('x\u00ADy', 92, 700)];
  assert.deepEqual(texts(line), ['efficient2 xy']);
});

test('a page that lies on its side is read as if it stood', () => {
  /** @param {string} str @param {number} x @param {number} y */
  const turned = (str, x, y) => ({ ...item(str, x, y), transform: [0, 10, -10, 0, x, y] });
  assert.deepEqual(texts([turned('first', 100, 50), turned('line', 100, 80), turned('second', 112, 50)]), [
    'first line',
    'second',
  ]);
});

test('large lines are headings, gaps part paragraphs, and a paragraph goes on in the next column', () => {
  const lines = linesOf([
    item('Title', 50, 760, 16),
    item('a sentence that is long and', 50, 700),
    item('goes on', 50, 688),
    item('another paragraph which', 50, 640),
    item('ends in the next column.', 320, 760),
  ]);
  assert.equal(bodySize(lines), 10);
  const made = paragraphs(lines, 10);
  assert.deepEqual(made.lines, [
    'Title',
    '',
    'a sentence that is long and',
    'goes on',
    '',
    'another paragraph which',
    'ends in the next column.',
  ]);
  assert.deepEqual(made.headings, { 0: 1 });
});

test('a page that can not be read is named, and the others are read', async () => {
  const page = (/** @type {string} */ text) => ({
    getTextContent: async () => ({ items: [item(text, 50, 700)] }),
    getAnnotations: async () => [{ fieldValue: 'typed' }, { fieldValue: 'Off' }],
    cleanup() {},
  });
  const made = await readPages({
    numPages: 2,
    getPage: async (number) => (number === 1 ? page('one') : Promise.reject(new Error('damaged'))),
    getPageLabels: async () => ['i', 'ii'],
    getMetadata: async () => ({ info: { Title: 'A title' } }),
  });
  assert.equal(made.title, 'A title');
  assert.deepEqual(made.unreadable, [2]);
  assert.deepEqual(made.pages[0], { page: 1, label: 'i', lines: ['one', '', 'typed'], headings: {} });
});

test('two columns that come row by row are read one after the other; a table keeps its rows', () => {
  /** @param {string} left @param {string} right @param {number} width */
  const page = (left, right, width) => {
    const title = { text: 'A title over both', x: 60, y: 740, width: 480, size: 16 };
    const rows = Array.from({ length: 8 }, (_, n) => [
      { text: `${left}${n}`, x: 50, y: 700 - 12 * n, width, size: 10 },
      { text: `${right}${n}`, x: 310, y: 700 - 12 * n, width, size: 10 },
    ]);
    return [title, ...rows.flat()];
  };
  const order = (/** @type {import('../../www/agent/documents/pdf-lines.js').Line[]} */ lines) =>
    inColumns(lines).map(({ text }) => text);
  const text = order(page('left ', 'right ', 240));
  assert.deepEqual(text.slice(0, 3), ['A title over both', 'left 0', 'left 1']);
  assert.deepEqual(text.slice(-2), ['right 6', 'right 7']);
  const apart = page('left ', 'right ', 240).sort((a, b) => Number(a.x > 300) - Number(b.x > 300));
  assert.deepEqual(inColumns(apart), apart);
  // Cells are short beside their column, but for one.
  const table = page('name ', 'price ', 60).map((line, n) =>
    n === 3 || n === 4 ? { ...line, width: 230 } : line,
  );
  assert.deepEqual(inColumns(table), table);
});

test('a question that names some of the documents is asked of those', () => {
  const documents = [{ name: 'lease_2024.pdf' }, { name: '租约.docx' }, { name: 'a.txt' }];
  const names = (/** @type {string} */ question) => named(question, documents).map(({ name }) => name);
  assert.deepEqual(names('When does lease 2024 end?'), ['lease_2024.pdf']);
  assert.deepEqual(names('Compare Lease_2024.pdf with 租约'), ['lease_2024.pdf', '租约.docx']);
  assert.equal(names('When does the release 2024 end?').length, 3);
  assert.equal(names('Is a tenant liable?').length, 3, 'a short name is a word like any other');
});

test('radicals that fonts give for characters are those characters', () => {
  assert.deepEqual(texts([item('\u2FA6\u2ED3\u2F00', 50, 700)]), ['\u91D1\u957F\u4E00']);
});

test('the outline of a PDF gives its sections, at the lines that show their titles', async () => {
  const ref = (/** @type {number} */ num) => ({ num, gen: 0 });
  const at = (/** @type {number} */ page, /** @type {number} */ top) => [
    ref(page),
    { name: 'XYZ' },
    50,
    top,
    0,
  ];
  const pages = [
    [
      item('Chapter 1', 50, 700, 16),
      item('Fish in the', 50, 670, 16),
      item('North Sea', 50, 650, 16),
      item('Fish swim.', 50, 600),
    ],
    [
      item('Cod is white. Cod', 50, 700),
      item('1.1 Cod', 50, 640),
      item('It lives long.', 50, 600),
      item('Eel', 50, 500),
    ],
  ];
  const made = await readPages({
    numPages: 2,
    getPage: async (number) => ({
      getTextContent: async () => ({ items: pages[number - 1] ?? [] }),
      getAnnotations: async () => [],
      cleanup() {},
    }),
    getPageLabels: async () => null,
    getMetadata: async () => ({ info: {} }),
    getOutline: async () => [
      {
        title: 'Fish in the North\u00A0Sea',
        dest: at(0, 690),
        items: [
          { title: 'Cod', dest: 'named' },
          { title: 'Not printed', dest: at(1, 510) },
          { title: 'Damaged', dest: at(9, 0) },
          { title: 'Elsewhere', dest: null },
        ],
      },
    ],
    getDestination: async () => at(1, 650),
    getPageIndex: async ({ num }) => (num > 1 ? Promise.reject(new Error('no page')) : num),
  });
  assert.deepEqual(made.pages[0]?.lines, ['Chapter 1', '', 'Fish in the', 'North Sea', '', 'Fish swim.']);
  assert.deepEqual(made.pages[0]?.headings, {});
  assert.deepEqual(made.pages[0]?.sections, [
    { line: 0, level: 1, title: 'Chapter 1 Fish in the North Sea' },
  ]);
  assert.deepEqual(made.pages[1]?.sections, [
    { line: 2, level: 2, title: '1.1 Cod' },
    { line: 6, level: 2, title: 'Not printed' },
  ]);
});

test('an outline that points nowhere begins its sections at the top of their pages', async () => {
  const marks = await outlineOf({
    getOutline: async () => [
      { title: 'One', dest: [3, { name: 'Fit' }] },
      { title: '···', dest: [0] },
    ],
  });
  assert.deepEqual(marks, [{ title: 'One', level: 1, page: 4 }]);
  assert.deepEqual(
    [...sectionsOn(linesOf([item('text', 50, 700)]), marks)],
    [[0, [{ title: 'One', level: 1, lines: 0 }]]],
  );
  assert.deepEqual(await outlineOf({ getOutline: () => Promise.reject(new Error('damaged')) }), []);
});
