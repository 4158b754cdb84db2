// What is recognised on pictures of pages, as lines of a page; and what happens to pages that are pictures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOfPicture } from '../../www/agent/documents/ocr.js';
import { readPages } from '../../www/agent/documents/pdf-pages.js';
import { ocrFiles } from '../../xtask/ocr.mjs';

/** @param {string} text @param {number} y0 @param {number} height */
const found = (text, y0, height) => ({ text, bbox: { x0: 100, y0, x1: 500, y1: y0 + height } });

test('lines of a picture stand upright, are about as high as each other, and have no spaces between Han characters', () => {
  const lines = linesOfPicture(
    [
      found('A Title\n', 50, 90),
      found('some text', 200, 38),
      found('with q and g', 260, 44),
      found('中 文 字 符 ， 和 English 词', 320, 40),
      found('| ~', 380, 40),
    ],
    1000,
    2,
  );
  assert.deepEqual(
    lines.map(({ text, size }) => [text, size]),
    [
      ['A Title', 45],
      ['some text', 20],
      ['with q and g', 20],
      ['中文字符,和 English 词', 20],
    ],
  );
  assert.deepEqual(lines[0], { text: 'A Title', x: 50, y: 430, width: 200, size: 45 });
});

test('only pages that are pictures are recognised, and those that stay empty are named', async () => {
  const item = {
    str: 'text',
    dir: 'ltr',
    transform: [10, 0, 0, 10, 50, 700],
    width: 20,
    height: 10,
    hasEOL: false,
  };
  /** @type {number[][]} */
  const asked = [];
  const made = await readPages(
    {
      numPages: 4,
      getPage: async (number) => {
        if (number === 2) throw new Error('damaged');
        return {
          getTextContent: async () => ({ items: number === 1 ? [item] : [] }),
          getAnnotations: async () => [],
          cleanup() {},
        };
      },
      getPageLabels: async () => null,
      getMetadata: async () => ({ info: {} }),
    },
    {
      recognise: async (_, numbers) => {
        asked.push(numbers);
        return new Map([[3, [{ text: 'recognised', x: 50, y: 700, width: 60, size: 10 }]]]);
      },
    },
  );
  assert.deepEqual(asked, [[3, 4]]);
  assert.deepEqual(
    made.pages.map(({ lines }) => lines),
    [['text'], [], ['recognised'], []],
  );
  assert.deepEqual([made.unreadable, made.empty], [[2], [4]]);
});

test('what reads scans is in no two files of one name', () => {
  const names = [...ocrFiles('/x').keys()];
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes('worker.min.js') && names.includes('chi_sim.traineddata.gz'));
});
