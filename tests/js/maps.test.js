// Mind maps without a page: what asks for one, outlines to trees, edits, layout, files, and maps of what is there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mapOfConversation } from '../../www/agent/maps/from-conversation.js';
import { mapOfDocument, mapOfDocuments } from '../../www/agent/maps/from-document.js';
import { makeMap } from '../../www/agent/maps/making.js';
import { parseOutline, withoutRepeats } from '../../www/agent/maps/outline.js';
import { mapRequest } from '../../www/agent/maps/request.js';
import { answer } from '../../www/agent/loop.js';
import { partText } from '../../www/agent/part-texts.js';
import { MAP_FORMATS, readMap } from '../../www/app/maps/files.js';
import { createHistory } from '../../www/app/maps/history.js';
import * as tree from '../../www/app/maps/tree.js';
import { createEditor } from '../../www/ui/maps/editor.js';
import { onMapKey } from '../../www/ui/maps/keys.js';
import { wrap } from '../../www/ui/maps/label.js';
import { boundsOf, place } from '../../www/ui/maps/layout.js';

/** @typedef {import('../../www/protocol/parts.js').MapNode} MapNode */

const HERE = { said: true, names: ['report.pdf'] };

test('requests for maps are told from questions about them, in three languages', () => {
  /** @type {Array<[string, string, string?]>} */
  const asked = [
    ['Make a mind map of photosynthesis', 'topic', 'photosynthesis'],
    ['mind map: the French Revolution', 'topic', 'the French Revolution'],
    ['Can you draw me a mindmap about healthy eating?', 'topic', 'healthy eating'],
    ['Turn the water cycle into a mind map', 'topic', 'the water cycle'],
    ['/map volcanoes', 'topic', 'volcanoes'],
    ['/map: volcanoes', 'topic', 'volcanoes'],
    ['/map:\n- a\n- b', 'outline'],
    ['请帮我生成一份新员工培训的思维导图', 'topic', '新员工培训'],
    ['思维导图：人工智能', 'topic', '人工智能'],
    ['以春节为主题做一张思维导图', 'topic', '春节'],
    ['用思维导图介绍唐朝', 'topic', '唐朝'],
    ['健康的な食事についてのマインドマップを作って', 'topic', '健康的な食事'],
    ['日本の歴史のマインドマップを描いてください', 'topic', '日本の歴史'],
    ['Turn this conversation into a mind map', 'conversation'],
    ['把我们的对话整理成思维导图', 'conversation'],
    ['この会話をマインドマップにして', 'conversation'],
    ['make a mind map of this document', 'documents'],
    ['根据这份报告生成思维导图', 'documents'],
    ['Create a mind map from report.pdf', 'documents'],
    ['Mind map:\n- a\n  - b\n- c', 'outline'],
  ];
  for (const [text, from, topic] of asked) {
    const request = mapRequest(text, HERE);
    assert.equal(request?.from, from, text);
    if (topic && request?.from === 'topic') assert.equal(request.topic, topic);
  }
  const questions = [
    'What is a mind map?',
    'How do I make a mind map?',
    '什么是思维导图？',
    '思维导图怎么画？',
    'マインドマップとは何ですか',
    'Draw a map of Europe',
    '1 + 1?',
  ];
  for (const text of questions) assert.equal(mapRequest(text, HERE), undefined, text);
  assert.equal(mapRequest('/map', { said: false }), undefined, 'there is nothing to make a map of');
  assert.equal(mapRequest('/map', { said: true })?.from, 'conversation');
});

test('an outline is read by headings, marks, numbers and indentation', () => {
  const text = '# A\n\nB:\n- **c**\n\t- [d](https://x.y/z)\n- `e`\n## F\n1. g\n   1) h\n1.1 x\n';
  assert.deepEqual(parseOutline(text), [
    {
      label: 'A',
      children: [
        { label: 'B' },
        { label: 'c', children: [{ label: 'd' }] },
        { label: 'e' },
        { label: 'F', children: [{ label: 'g', children: [{ label: 'h', children: [{ label: 'x' }] }] }] },
      ],
    },
  ]);
  assert.equal(parseOutline('- a\n'.repeat(9000)).length, 5000);
  const deep = parseOutline(Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}- ${i}`).join('\n'));
  let levels = 0;
  for (let at = deep[0]; at; at = at.children?.[0] ?? /** @type {any} */ (undefined)) levels += 1;
  assert.ok(levels <= 25, `${levels} levels`);
});

test('labels that repeat what stands above or beside them are dropped', () => {
  const root = {
    label: 'Tea',
    children: parseOutline('- Kinds\n  - Green\n  - green!\n  - Kinds\n- TEA\n- Kinds'),
  };
  assert.deepEqual(withoutRepeats(root), {
    label: 'Tea',
    children: [{ label: 'Kinds', children: [{ label: 'Green' }] }],
  });
});

/** @param {string[]} written */
function model(...written) {
  const asked = /** @type {any[]} */ ([]);
  return {
    asked,
    /** @param {any} request */
    async *generate(request) {
      asked.push(request);
      for (const text of written) yield { type: /** @type {const} */ ('token'), text, id: 1 };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
      const timings = { prompt_n: 1, prompt_ms: 1, predicted_n: 1, predicted_ms: 1, cached_n: 0 };
      yield {
        type: /** @type {const} */ ('done'),
        reason: /** @type {const} */ ('stop'),
        text: '',
        usage,
        timings,
      };
    },
  };
}

/** @param {string} text @param {any[]} [before] */
const question = (text, before = []) => ({
  text,
  messages: [...before, { role: /** @type {const} */ ('user'), content: text }],
  today: '2026-11-27',
  model: { name: 'x' },
  pkg: '',
});

test('a map of a topic is written under a grammar and grows line by line', async () => {
  const text = 'Mind map of tea';
  const { MAP_SKILL } = await import('../../www/agent/maps/skill.js');
  const engine = model(
    '- Kin',
    'ds\n  - Gre',
    'en\n  - Bl',
    'ack\n',
    '- Places\n  - Ass',
    'am\n  - Uji\n',
    '- Cups\n  - Bowl\n  - Mug',
  );
  const how = { question: question(text), skills: [MAP_SKILL] };
  /** @type {any[]} */
  const events = [];
  for await (const event of answer(engine, { messages: how.question.messages }, how)) events.push(event);
  assert.equal(engine.asked[0].constraint.type, 'lark');
  assert.match(engine.asked[0].messages[1].content, /tea/);
  const drafts = events.filter(({ type }) => type === 'draft').map(({ parts: [part] }) => part);
  assert.ok(drafts.every(({ growing }) => growing));
  const texts = drafts.map(partText);
  for (const [i, text] of texts.entries()) if (i > 0) assert.ok(text.startsWith(texts[i - 1]), text);
  const [{ part }] = events.filter(({ type }) => type === 'part');
  assert.equal(part.growing, undefined);
  assert.equal(
    partText(part),
    '- Tea\n  - Kinds\n    - Green\n    - Black\n  - Places\n    - Assam\n    - Uji\n  - Cups\n    - Bowl\n    - Mug',
  );
  assert.equal(events.at(-1).type, 'answered');
});

test('what the policy stops in a map is taken back', async () => {
  const { MAP_SKILL } = await import('../../www/agent/maps/skill.js');
  const watch = {
    check: async () => ({ action: /** @type {const} */ ('allow'), score: 0, message: '' }),
    push: async (/** @type {string} */ text) => ({
      text: text.includes('poison') ? 'Not here.' : text,
      stop: text.includes('poison'),
    }),
    finish: async () => ({ text: '', stop: false }),
    free: () => {},
  };
  const how = {
    question: question('Mind map of tea'),
    skills: [MAP_SKILL],
    guard: { watch: async () => watch },
  };
  /** @type {any[]} */
  const events = [];
  for await (const event of answer(model('- Kinds\n', '  - poison\n', '  - x\n'), { messages: [] }, how))
    events.push(event);
  assert.deepEqual(events.slice(-3), [
    { type: 'draft', parts: [] },
    { type: 'part', part: { type: 'text', text: 'Not here.' } },
    { type: 'answered', refused: true, sources: [] },
  ]);
});

test('an outline in the question is drawn as it is, without the model', async () => {
  const running = await makeMap(question('Mind map:\n- One\n  - Two\n- Three'));
  assert.deepEqual(await running.next(), {
    type: 'done',
    parts: [
      {
        type: 'map',
        root: {
          label: 'Outline',
          children: [{ label: 'One', children: [{ label: 'Two' }] }, { label: 'Three' }],
        },
      },
    ],
  });
});

test('an outline keeps its first line, and a topic above it is its title', () => {
  const { outline, title } = /** @type {any} */ (mapRequest('/map:\n- a\n- b\n- c'));
  assert.equal(parseOutline(outline).length, 3);
  assert.equal(title, '');
  const titled = /** @type {any} */ (mapRequest('/map Tea\n- a\n- b'));
  assert.deepEqual([titled.title, parseOutline(titled.outline).length], ['Tea', 2]);
});

test('a conversation becomes its questions, with the points of the answers', () => {
  const root = mapOfConversation(
    [
      { role: 'user', content: 'How do I make tea?' },
      { role: 'assistant', content: 'Like so:\n\n1. **Boil water**\n2. Warm the pot\n\n```\ncode\n```' },
      { role: 'user', content: 'Why is the sky blue?' },
      {
        role: 'assistant',
        content:
          'Blue light is scattered more than red light by the air. That is Rayleigh scattering of light in the air.',
      },
    ],
    'Chat',
  );
  assert.deepEqual(root?.children?.[0], {
    label: 'How do I make tea?',
    children: [{ label: 'Boil water' }, { label: 'Warm the pot' }],
  });
  assert.match(root?.children?.[1].children?.[0].label ?? '', /Blue light is scattered/);
  assert.equal(mapOfConversation([], 'Chat'), undefined);
});

test('a document becomes its headings and key sentences, each with its page', () => {
  /** @type {import('../../www/agent/maps/from-document.js').Passage[]} */
  const passages = [
    {
      number: 0,
      headings: ['Rent', 'Amount'],
      place: { label: '1', anchor: { page: 1 } },
      text: 'The rent of the flat is 900 euros a month. Birds sing.',
    },
    {
      number: 1,
      headings: ['Rent', 'Dates'],
      place: { label: '2', anchor: { page: 2 } },
      text: 'The rent of the flat is paid on the first day of each month.',
    },
    {
      number: 2,
      headings: ['Deposit'],
      place: { label: '3', anchor: { page: 3 } },
      text: 'The deposit for the flat is two months of rent, paid in euros.',
    },
  ];
  const root = mapOfDocument({ name: 'lease.pdf', hash: 'h', passages });
  assert.equal(root.label, 'lease');
  assert.deepEqual(
    root.children?.map(({ label }) => label),
    ['Rent', 'Deposit'],
  );
  const [amount] = root.children?.[0].children ?? [];
  assert.equal(amount.label, 'Amount');
  const [sentence] = amount.children ?? [];
  assert.deepEqual(sentence.source, {
    document: 'lease.pdf',
    hash: 'h',
    place: '1',
    anchor: { page: 1, passage: 0 },
    quote: 'The rent of the flat is 900 euros a month.',
  });
  assert.ok(passages[0].text.includes(sentence.source?.quote ?? '?'), 'what is quoted stands there');
  const several = mapOfDocuments(
    Array.from({ length: 7 }, (_, i) => ({ name: `${i}.pdf`, hash: 'h', passages })),
    'All',
  );
  assert.equal(several.children?.length, 7);
  assert.ok(several.children?.every(({ children = [] }) => children.every((child) => !child.children)));
  const plain = passages.map(({ headings: _, ...rest }) => rest);
  assert.ok((mapOfDocument({ name: 'a.txt', hash: 'h', passages: plain }).children ?? []).length > 0);
});

/** @param {MapNode} root */
const read = (root) => tree.fromPart(root).root;
const SMALL = {
  label: 'r',
  children: [{ label: 'a', children: [{ label: 'b' }, { label: 'c' }] }, { label: 'd' }],
};
/** @param {tree.Node} root @returns {string} */
const shape = ({ label, children }) =>
  label + (children.length > 0 ? `(${children.map(shape).join(' ')})` : '');

test('edits make new trees and leave the old one alone', () => {
  const root = read(SMALL);
  const [a, d] = root.children;
  const [b, c] = a.children;
  assert.equal(shape(tree.rename(root, b.id, 'B\n2')), 'r(a(B 2 c) d)');
  assert.equal(shape(tree.insert(root, d.id, 0, [tree.newNode('e')])), 'r(a(b c) d(e))');
  assert.equal(shape(tree.remove(root, a.id)), 'r(d)');
  assert.equal(tree.remove(root, root.id), root);
  assert.equal(shape(tree.move(root, a.id, d.id, 0)), 'r(d(a(b c)))');
  assert.equal(shape(tree.move(root, c.id, a.id, 0)), 'r(a(c b) d)');
  assert.equal(tree.move(root, a.id, b.id, 0), root, 'nothing goes below itself');
  assert.equal(tree.move(root, root.id, b.id, 0), root);
  assert.equal(tree.visible(tree.fold(root, a.id, true)).length, 3);
  assert.equal(tree.neighbour(root, b.id), c.id);
  assert.equal(shape(root), 'r(a(b c) d)');
  assert.deepEqual(tree.toPart(root), SMALL);
  const history = createHistory(root);
  history.push(tree.remove(root, a.id));
  assert.equal(history.undo(), root);
  assert.equal(history.undo(), undefined);
  assert.equal(shape(history.redo() ?? root), 'r(d)');
});

test('a stored map that somebody has tampered with is cut to what can be drawn', () => {
  const wide = { label: 'r', children: Array.from({ length: 20_000 }, (_, i) => ({ label: String(i) })) };
  const { root, cut } = tree.fromPart(wide);
  assert.equal(tree.countNodes(root), tree.MOST_NODES);
  assert.equal(cut, true);
  let deep = /** @type {any} */ ({ label: 'end' });
  for (let i = 0; i < 50_000; i++) deep = { label: 'x', children: [deep] };
  assert.equal(tree.countNodes(tree.fromPart(deep).root), tree.DEEPEST + 1);
  const odd = tree.fromPart({
    label: 7,
    color: 99,
    folded: 'yes',
    children: [null, 'x', { label: {} }],
  }).root;
  assert.deepEqual(tree.toPart(odd), { label: '7', children: [{ label: '' }, { label: '' }, { label: '' }] });
  assert.deepEqual(tree.toPart(tree.fromPart(null).root), { label: '' });
});

/** Numbers that look random and are the same each time. @param {number} seed */
function* numbers(seed) {
  for (let x = seed; ; x = (x * 1103515245 + 12345) % 2147483648) yield x / 2147483648;
}

/** @param {number} count @param {number} seed */
function randomMap(count, seed) {
  const random = numbers(seed);
  const next = () => /** @type {number} */ (random.next().value);
  const root = /** @type {MapNode} */ ({ label: '0' });
  const all = [root];
  for (let i = 1; i < count; i++) {
    const node = { label: String(i) };
    const parent = all[Math.floor(next() * all.length)];
    (parent.children ??= []).push(node);
    all.push(node);
  }
  const map = read(root);
  const sizes = new Map(
    tree
      .visible(map)
      .map(({ id }) => [id, { width: 40 + next() * 200, height: 36 + Math.floor(next() * 4) * 20 }]),
  );
  return { map, sizes };
}

test('no two nodes overlap, in either direction, balanced or growing', () => {
  for (const seed of [1, 2, 3])
    for (const rtl of [false, true])
      for (const growing of [0, 250]) {
        const { map, sizes } = randomMap(300, seed);
        const places = place(map, sizes, { rtl, growing });
        const boxes = [...places].map(([id, { x, y }]) => {
          const { width, height } = /** @type {{width: number, height: number}} */ (sizes.get(id));
          return {
            left: rtl ? x - width : x,
            right: rtl ? x : x + width,
            top: y - height / 2,
            bottom: y + height / 2,
          };
        });
        for (const [i, a] of boxes.entries())
          for (const b of boxes.slice(i + 1)) {
            const apart =
              a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 0.01 || b.bottom <= a.top + 0.01;
            if (!apart) assert.fail(JSON.stringify([seed, rtl, growing, a, b]));
          }
        const box = boundsOf(places, sizes, rtl);
        assert.ok(rtl ? box.right === 0 : box.left === 0);
      }
});

test('while a map grows, what stands already stays where it is', () => {
  const outline = '- a\n  - b\n  - c\n    - d\n    - e\n- f\n  - g\n- h\n- i\n  - j';
  const lines = outline.split('\n');
  /** @type {tree.Node | undefined} */
  let before;
  /** @type {Map<number, {x: number, y: number}>} */
  let stood = new Map();
  for (const n of lines.keys()) {
    const part = { label: 'r', children: parseOutline(lines.slice(0, n + 1).join('\n')) };
    before = tree.fromPart(part, before).root;
    const sizes = new Map(
      tree.visible(before).map(({ id, label }) => [id, { width: 90, height: label === 'c' ? 76 : 36 }]),
    );
    const places = place(before, sizes, { growing: 200 });
    for (const [id, at] of stood) assert.deepEqual(places.get(id), at);
    assert.equal(places.size, n + 2);
    stood = places;
  }
});

test('labels wrap at words, Chinese at characters, and no mark begins a line', () => {
  const measure = (/** @type {string} */ text) =>
    [...text].reduce((sum, c) => sum + (/[\u2e80-\uffef]/.test(c) ? 14 : 7), 0);
  assert.deepEqual(wrap('Ash clouds that reach the stratosphere', 140, measure).lines, [
    'Ash clouds that ',
    'reach the ',
    'stratosphere',
  ]);
  const { lines } = wrap('小行星带位于火星与木星之间，由无数岩石组成。', 140, measure);
  assert.ok(lines.length >= 3 && lines.every((line) => measure(line) <= 154), lines.join('|'));
  assert.ok(
    lines.every((line) => !/^[，。]/.test(line)),
    lines.join('|'),
  );
  assert.equal(lines.join(''), '小行星带位于火星与木星之间，由无数岩石组成。');
  const long = wrap('x'.repeat(3000), 140, measure);
  assert.equal(long.lines.length, 5);
  assert.equal(long.whole, false);
});

test('Markdown and JSON go out and come back; labels that look like marks stay labels', () => {
  const root = {
    label: '1. <b>Root</b>',
    children: [{ label: '- not a list', children: [{ label: '# nor this' }] }, { label: 'x & "y"' }],
  };
  for (const { name, ending, write } of MAP_FORMATS.filter(
    ({ ending }) => ending === 'md' || ending === 'json',
  ))
    assert.deepEqual(readMap(`a.${ending}`, write(root)), root, name);
  const full = { label: 'r', children: [{ label: 'a', folded: true, color: 3, children: [{ label: 'b' }] }] };
  assert.deepEqual(readMap('a.json', MAP_FORMATS[3].write(full)), full);
  assert.deepEqual(readMap('a.json', '{"data":{"text":"r"},"children":[{"data":{"text":"a"}}]}'), {
    label: 'r',
    children: [{ label: 'a' }],
  });
});

test('hostile files end in an error that names what is wrong', () => {
  const code = (/** @type {() => unknown} */ run) => {
    try {
      run();
    } catch (error) {
      return /** @type {{code?: string}} */ (error).code;
    }
    return 'none';
  };
  const many = `{"label":"r","children":[${'{"label":"a"},'.repeat(6000)}{"label":"b"}]}`;
  assert.equal(
    code(() => readMap('a.json', many)),
    'map_too_large',
  );
  const deep = `${'{"label":"a","children":['.repeat(100_000)}${']}'.repeat(100_000)}`;
  assert.equal(
    code(() => readMap('a.json', deep)),
    'map_too_deep',
  );
  assert.equal(
    code(() => readMap('a.json', '{"label":')),
    'map_unreadable',
  );
  assert.equal(
    code(() => readMap('a.json', '{"x":1}')),
    'map_unreadable',
  );
  assert.equal(
    code(() => readMap('a.md', '- a\n'.repeat(1_000_000))),
    'map_too_large',
  );
  assert.equal(
    code(() => readMap('a.md', '')),
    'map_empty',
  );
  assert.equal(
    code(() => readMap('a.mm', '<!DOCTYPE x [<!ENTITY a "b">]><map><node TEXT="&a;"/></map>')),
    'map_entities',
  );
  assert.equal(
    code(() => readMap('a.mm', `<map>${'<node TEXT="a">'.repeat(1_000_000)}`)),
    'map_too_large',
  );
});

/** An editor and its keys, without a page. @param {boolean} [rtl] */
function edited(rtl = false) {
  /** @type {string[]} */
  const saved = [];
  const words = /** @type {any} */ ((/** @type {string} */ key) => key);
  const editor = createEditor(
    read(SMALL),
    () => {},
    (root) => saved.push(shape(root)),
    () => {},
    words,
  );
  let asked = '';
  const actions = {
    select: editor.select,
    rename: () => void (asked = 'rename'),
    add: (/** @type {boolean} */ beside) => void editor.add('n', beside),
    escape: () => false,
  };
  /** @param {string} key @param {object} [more] @param {boolean} [editable] */
  const press = (key, more = {}, editable = true) => {
    const shown = tree.visible(editor.root()).map((node) => ({ node }));
    const event = { key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...more };
    return onMapKey(/** @type {any} */ (event), editor, /** @type {any} */ (shown), actions, {
      rtl,
      editable,
    });
  };
  return {
    editor,
    press,
    saved,
    asked: () => asked,
    at: () => editor.node().label,
    shape: () => shape(editor.root()),
  };
}

test('the keys of the tree walk, edit and undo; the root can be neither deleted nor moved', () => {
  const { press, at, shape, saved, asked } = edited();
  for (const key of ['Delete', 'Backspace']) press(key);
  for (const key of ['ArrowUp', 'ArrowLeft', 'ArrowRight']) press(key, { altKey: true });
  assert.equal(shape(), 'r(a(b c) d)');
  assert.deepEqual(saved, []);
  press('ArrowRight');
  press('ArrowRight');
  assert.equal(at(), 'b');
  press('ArrowDown', { altKey: true });
  assert.equal(shape(), 'r(a(c b) d)');
  press('ArrowLeft', { altKey: true });
  assert.equal(shape(), 'r(a(c) b d)');
  press('ArrowRight', { altKey: true });
  assert.equal(shape(), 'r(a(c b) d)');
  press('Insert');
  press('Enter', { shiftKey: true });
  assert.equal(shape(), 'r(a(c b(n n)) d)');
  press('Delete');
  press('z', { ctrlKey: true });
  press('z', { ctrlKey: true });
  assert.equal(shape(), 'r(a(c b(n)) d)');
  press('y', { ctrlKey: true });
  press('Z', { metaKey: true, shiftKey: true });
  assert.equal(shape(), 'r(a(c b(n)) d)');
  assert.equal(saved.at(-1), shape());
  press('F2');
  assert.equal(asked(), 'rename');
  assert.equal(press('Tab'), false, 'Tab leaves the tree');
  press('Home');
  assert.equal(at(), 'r');
  press('d');
  assert.equal(at(), 'd');
});

test('from right to left the arrows are mirrored; where nothing may be edited, nothing is', () => {
  const { press, at, shape, saved } = edited(true);
  press('ArrowLeft');
  assert.equal(at(), 'a');
  press('ArrowRight');
  press('ArrowRight');
  assert.equal(at(), 'r');
  for (const key of ['Delete', 'Insert', 'Enter', 'F2']) press(key, {}, false);
  press('ArrowUp', { altKey: true }, false);
  press('z', { ctrlKey: true }, false);
  assert.equal(shape(), 'r(a(b c) d)');
  assert.equal(saved.length, 1, 'a branch was folded');
});
