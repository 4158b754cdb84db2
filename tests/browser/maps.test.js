// Mind maps in the built page under its own policy: grown, edited by keyboard and pointer, saved, opened, kept.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { FAKE, parts, setupFake } from './page.js';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ASK = 'Make a mind map about Volcanoes';

/** @param {import('playwright-core').Page} page */
function mapOf(page) {
  const frame = page.locator('.map-frame').last();
  const nodes = frame.getByRole('treeitem');
  return {
    frame,
    nodes,
    board: frame.locator('.map-board'),
    /** @param {string} label */
    node: (label) => frame.getByRole('treeitem', { name: label, exact: true }),
    button: (/** @type {string} */ name) => frame.getByRole('button', { name, exact: true }),
    labels: () => nodes.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))),
    focused: () => page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    /** The outline as it is stored with the message. */
    stored: () =>
      page.evaluate(() => {
        const { chat } = /** @type {any} */ (globalThis).loquat.app.store.get();
        return Object.values(chat.messages).at(-1).text;
      }),
    /** An edit is stored a moment later. @param {RegExp} pattern of the outline */
    async kept(pattern) {
      await page.waitForFunction(
        ([source]) => {
          const { chat } = /** @type {any} */ (globalThis).loquat.app.store.get();
          return new RegExp(source).test(Object.values(chat.messages).at(-1).text);
        },
        [pattern.source],
        { timeout: 10_000 },
      );
    },
  };
}

/** @param {import('node:test').TestContext} t @param {Parameters<typeof setupFake>[1]} [options] @param {string} [ask] @param {string} [last] a node of the whole map */
async function drawn(t, options = {}, ask = ASK, last = 'Warning and evacuation') {
  const site = await setupFake(t, { ...options, context: { reducedMotion: 'reduce', ...options?.context } });
  const { page, errors } = await site.open(FAKE);
  await page.locator('.offer .primary').click();
  // On a narrow page no chip says so.
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().model.status === 'ready',
  );
  const send = async (/** @type {string} */ text) => {
    await page.locator('textarea.field').fill(text);
    await page.locator('textarea.field').press('Enter');
  };
  await send(ask);
  const map = mapOf(page);
  await map.node(last).waitFor();
  await page.waitForFunction(
    () => /** @type {any} */ (globalThis).loquat.app.store.get().generation === null,
  );
  await page.locator('.map-frame:not(.growing)').waitFor();
  return { ...site, page, errors, map, send };
}

/** @param {import('playwright-core').Page} page @param {string} view */
async function check(page, view) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = /** @type {any} */ (globalThis);
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map((/** @type {any} */ { id, nodes }) =>
      [id, ...nodes.map((/** @type {any} */ n) => `${n.html.slice(0, 300)} ${n.failureSummary}`)].join('\n'),
    );
  });
  assert.deepEqual(violations, [], view);
}

test('a map grows line by line where it stands, is text throughout, and is kept and found', async (t) => {
  const { open } = await setupFake(t, { context: { reducedMotion: 'reduce' } });
  const { page, errors } = await open(FAKE);
  const { agree, send } = parts(page);
  await agree();
  await page.evaluate(() => {
    const seen = { moved: /** @type {unknown[]} */ ([]), most: 0, elements: new Map() };
    Object.assign(globalThis, { seen });
    const places = new Map();
    new MutationObserver(() => {
      const nodes = [...document.querySelectorAll('.map-frame.growing [data-id]')];
      seen.most = Math.max(seen.most, nodes.length);
      for (const node of nodes) {
        const at = node.getAttribute('transform');
        const frames = [...document.querySelectorAll('.map-frame')];
        const name = `${frames.findIndex((frame) => frame.contains(node))} ${node.getAttribute('aria-label')}`;
        if (!at) continue;
        if ((places.get(name) ?? at) !== at || (seen.elements.get(name) ?? node) !== node)
          seen.moved.push(name);
        places.set(name, at);
        seen.elements.set(name, node);
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  // With the second map, all that draws it is there from its first line.
  const map = mapOf(page);
  for (const n of [1, 2]) {
    await send(ASK);
    await page
      .locator('.map-frame')
      .nth(n - 1)
      .waitFor();
    await map.node('Warning and evacuation').waitFor();
    await map.frame.and(page.locator(':not(.growing)')).waitFor();
  }
  const { moved, most } = await page.evaluate(() => /** @type {any} */ (globalThis).seen);
  assert.deepEqual(moved, []);
  assert.ok(most > 8, `${most} nodes were seen growing`);
  assert.equal(
    (await map.labels()).length,
    16,
    'the root, four branches, eleven leaves; none says again what is there',
  );
  assert.equal(await map.node('<img src=x onerror=alert(1)>').count(), 1);
  assert.equal(await page.locator('.map-frame img, .map-frame foreignObject, .map-layer [style]').count(), 0);
  assert.match(await map.stored(), /^- Volcanoes\n {2}- How they form\n {4}- Plates pull apart\n/);

  await page.reload();
  await map.node('Stratovolcanoes').waitFor();
  const found = await page.evaluate(async () =>
    [
      ...(await /** @type {any} */ (globalThis).loquat.app.conversations.search('cinder cones')).values(),
    ].join(),
  );
  assert.match(found, /Cinder cones/);
  assert.deepEqual(errors, []);
});

test('everything is done by keyboard alone, and undone', async (t) => {
  const { page, map, errors } = await drawn(t);
  await map.node('Volcanoes').focus();
  const press = async (/** @type {string[]} */ ...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('ArrowRight', 'ArrowDown', 'ArrowDown');
  assert.equal(await map.focused(), 'Plates collide');
  await press('Enter');
  await page.keyboard.type('Plates meet');
  await press('Enter');
  assert.equal(await map.focused(), 'Plates meet');
  await press('Insert');
  await page.keyboard.type('Subduction');
  await press('Enter');
  await map.kept(/- Plates meet\n {6}- Subduction/);
  await press('Shift+Enter');
  await page.keyboard.type('Mountains');
  await press('Enter');
  await map.kept(/- Subduction\n {6}- Mountains/);
  await press('Alt+ArrowUp');
  await map.kept(/- Mountains\n {6}- Subduction/);
  await press('Alt+ArrowLeft');
  await map.kept(/- Plates meet\n {6}- Subduction\n {4}- Mountains/);
  await press('Alt+ArrowRight');
  await map.kept(/- Subduction\n {6}- Mountains/);
  await press('ArrowLeft', 'Space');
  assert.equal(await map.node('Subduction').count(), 0);
  assert.equal(await map.focused(), 'Plates meet, 2 folded away');
  await press('ArrowRight');
  await map.node('Subduction').waitFor();
  await press('Delete');
  assert.equal(await map.node('Subduction').count(), 0);
  assert.equal(await map.focused(), 'Hot spots in the mantle');
  await press('Control+z');
  await map.node('Subduction').waitFor();
  assert.equal(await map.focused(), 'Plates meet');
  await press('Control+Shift+z');
  assert.equal(await map.node('Subduction').count(), 0);
  await press('s');
  assert.equal(await map.focused(), 'Shield volcanoes');
  await press('End');
  assert.equal(await map.focused(), 'Warning and evacuation');
  await press('Home');
  assert.equal(await map.focused(), 'Volcanoes');
  await press('Tab');
  assert.notEqual(await map.focused(), 'Volcanoes', 'the tree is no trap');

  const levels = await map.nodes.evaluateAll((all) =>
    all
      .slice(0, 3)
      .map((node) => ['level', 'posinset', 'setsize', 'expanded'].map((a) => node.getAttribute(`aria-${a}`))),
  );
  assert.deepEqual(levels, [
    ['1', '1', '1', 'true'],
    ['2', '1', '4', 'true'],
    ['3', '1', '2', null],
  ]);
  await map.kept(/- Plates pull apart\n {4}- Hot spots in the mantle/);
  await page.waitForTimeout(500);
  await page.reload();
  await map.node('Hot spots in the mantle').waitFor();
  assert.equal(await map.node('Plates collide').count(), 0, 'edits are kept');
  assert.deepEqual(errors, []);
});

test('by pointer: chosen, dragged to another branch, coloured, folded, moved about, over the whole window', async (t) => {
  const { page, map, errors } = await drawn(t);
  await map.node('Fertile soil').click();
  assert.equal(await map.node('Fertile soil').getAttribute('aria-selected'), 'true');
  const centre = async (/** @type {string} */ label) => {
    const box = await map.node(label).locator('.box').boundingBox();
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
  };
  const [from, to] = [await centre('Fertile soil'), await centre('Eruptions')];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x + 5, to.y, { steps: 5 });
  await page.mouse.up();
  await map.kept(/stratosphere\n {4}- Fertile soil\n {2}- Life/);
  await map.button('Move under another node').click();
  await map.node('Kinds of volcanoes').click();
  assert.match(
    await map.frame.page().evaluate(() => document.querySelector('[role=log]')?.textContent ?? ''),
    /is now under/,
  );
  await map.frame.getByLabel('Colour', { exact: true }).click();
  await map.button('Colour 5').click();
  assert.match((await map.node('Fertile soil').getAttribute('class')) ?? '', /color-5/);
  await map.node('Kinds of volcanoes').locator('.toggle').click();
  assert.equal(await map.node('Fertile soil').count(), 0);

  const transform = () =>
    map.frame.locator('.map-layer').evaluate((layer) => /** @type {SVGElement} */ (layer).style.transform);
  const before = await transform();
  const board = await map.board.boundingBox();
  assert.ok(board);
  await page.mouse.move(board.x + 30, board.y + 30);
  await page.mouse.down();
  await page.mouse.move(board.x + 90, board.y + 70, { steps: 4 });
  await page.mouse.up();
  const panned = await transform();
  assert.notEqual(panned, before);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  assert.ok(Number(/scale\((.+)\)/.exec(await transform())?.[1]) > Number(/scale\((.+)\)/.exec(panned)?.[1]));
  await map.button('Show all of it').click();
  const inside = await map.nodes.evaluateAll((all) => {
    const around = all[0].closest('.map-board')?.getBoundingClientRect();
    return all.every((node) => {
      const box = node.querySelector('.box')?.getBoundingClientRect();
      return (
        box &&
        around &&
        box.left >= around.left &&
        box.right <= around.right &&
        box.top >= around.top &&
        box.bottom <= around.bottom
      );
    });
  });
  assert.ok(inside, 'all of it is in sight');
  await map.button('Full window').click();
  const dialog = page.getByRole('dialog', { name: 'Mind map: Volcanoes' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await map.node('Eruptions').waitFor();
  assert.equal(await map.node('Eruptions').count(), 1);
  assert.deepEqual(errors, []);
});

test('the model expands a node with the path to it, and what is there already is not said again', async (t) => {
  const { page, map, errors } = await drawn(t);
  await map.node('Ash clouds that reach the stratosphere').click();
  await map.button('Expand with the model').click();
  await map.frame.getByText('were added under').waitFor();
  await map.kept(
    /stratosphere\n {6}- Danger to aircraft\n {6}- Cooling of the climate\n {6}- Collapsed roofs/,
  );
  await map.button('Undo').click();
  assert.equal(await map.node('Danger to aircraft').count(), 0);
  assert.deepEqual(errors, []);
  assert.equal(await page.locator('article').count(), 2, 'nothing was added to the conversation');
});

test('maps go out as pictures and files, and come back', async (t) => {
  const { page, map, errors } = await drawn(t);
  /** @param {string} name */
  const save = async (name) => {
    await map.frame.getByLabel('Save or open').click();
    const [download] = await Promise.all([page.waitForEvent('download'), map.button(name).click()]);
    return {
      name: download.suggestedFilename(),
      bytes: await readFile(/** @type {string} */ (await download.path())),
    };
  };
  const png = await save('Picture (PNG)');
  assert.equal(png.name, 'Volcanoes.png');
  assert.deepEqual([...png.bytes.subarray(1, 4)], [...Buffer.from('PNG')]);
  assert.ok(
    png.bytes.readUInt32BE(16) > 600 && png.bytes.readUInt32BE(20) > 400,
    'of a size that shows it all',
  );
  assert.ok(png.bytes.length > 10_000, 'something is drawn');
  const svg = (await save('Drawing (SVG)')).bytes.toString();
  assert.match(svg, /&lt;img src=x onerror=alert\(1\)&gt;|&lt;img src=x/);
  assert.doesNotMatch(svg, /<img|foreignObject|style=|class=|aria-/);
  const before = await map.labels();
  for (const name of ['Markdown', 'OPML', 'FreeMind', 'JSON']) {
    const saved = await save(name);
    await map.node('Volcanoes').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    assert.notDeepEqual(await map.labels(), before);
    await map.frame
      .locator('input[type=file]')
      .setInputFiles({ name: saved.name, mimeType: '', buffer: saved.bytes });
    await map.node('How they form').waitFor();
    assert.deepEqual(await map.labels(), before, name);
  }
  assert.deepEqual(errors, []);
});

test('a hostile file ends in a clear error, and the map stays', async (t) => {
  const { page, map } = await drawn(t);
  const before = await map.labels();
  const bomb = `<?xml version="1.0"?><!DOCTYPE map [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(9)}">]><map><node TEXT="&b;"/></map>`;
  /** @type {Array<[string, string, RegExp]>} */
  const files = [
    ['million.mm', `<map>${'<node TEXT="a"/>'.repeat(500_000)}</map>`, /more nodes than/],
    [
      'million.json',
      `{"label":"r","children":[${'{"label":"a"},'.repeat(1_000_000)}{"label":"b"}]}`,
      /more nodes than/,
    ],
    ['million.md', '- a\n'.repeat(1_000_000), /more nodes than/],
    ['bomb.mm', bomb, /entities of its own/],
    ['deep.mm', `<map>${'<node TEXT="a">'.repeat(200)}${'</node>'.repeat(200)}</map>`, /more levels than/],
    ['torn.opml', '<opml version="2.0"><body><outline text="a">', /no map in a form/],
    ['page.mm', '<html><body>hello</body></html>', /no map in a form/],
    ['empty.md', 'just words', /no list and no heading/],
  ];
  for (const [name, text, says] of files) {
    await map.frame
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: '', buffer: Buffer.from(text) });
    await page.locator('.notice.error').getByText(says).waitFor();
    assert.deepEqual(await map.labels(), before, name);
    await page.locator('.notice.error').getByRole('button', { name: 'Dismiss' }).click();
  }
  const markup = `<map><node TEXT="&lt;script&gt;alert(1)&lt;/script&gt;"><node><richcontent TYPE="NODE"><html><body><p>Rich <img src="x"/>text</p></body></html></richcontent></node></node></map>`;
  await map.frame
    .locator('input[type=file]')
    .setInputFiles({ name: 'rich.mm', mimeType: '', buffer: Buffer.from(markup) });
  await map.node('Rich text').waitFor();
  assert.equal(await map.node('<script>alert(1)</script>').count(), 1);
  assert.equal(await page.locator('.map-frame img').count(), 0);
});

test('a thousand nodes are drawn, walked and folded', async (t) => {
  const { map, page, errors } = await drawn(t);
  const lines = Array.from({ length: 10 }, (_, i) => [
    `- Branch ${i}`,
    ...Array.from({ length: 9 }, (_, j) => [
      `  - Twig ${i}.${j}`,
      ...Array.from({ length: 10 }, (_, k) => `    - Leaf ${i}.${j}.${k}`),
    ]).flat(),
  ]).flat();
  const buffer = Buffer.from(`# Large\n\n${lines.join('\n')}\n`);
  await map.frame.locator('input[type=file]').setInputFiles({ name: 'large.md', mimeType: '', buffer });
  await map.node('Leaf 9.8.9').waitFor({ state: 'attached' });
  assert.equal(await map.nodes.count(), 1001);
  await map.node('Large').focus();
  await page.keyboard.press('End');
  assert.equal(await map.focused(), 'Leaf 9.8.9');
  const box = await map.node('Leaf 9.8.9').locator('.box').boundingBox();
  const around = await map.board.boundingBox();
  assert.ok(
    box && around && box.y >= around.y && box.y + box.height <= around.y + around.height,
    'what has the focus is in sight',
  );
  for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
  await page.keyboard.press('ArrowLeft');
  assert.ok((await map.nodes.count()) < 1001);
  assert.deepEqual(errors, []);
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`axe finds nothing wrong with a map, ${colorScheme}`, async (t) => {
    const { page, map } = await drawn(t, { context: { colorScheme } });
    await map.node('Eruptions').click();
    await check(page, 'map');
    await map.frame.getByLabel('Save or open').click();
    await check(page, 'files');
    await page.keyboard.press('Escape');
    await map.frame.getByLabel('Colour', { exact: true }).click();
    await check(page, 'colours');
    await page.keyboard.press('Escape');
    await map.node('Eruptions').dblclick();
    await map.frame.getByRole('textbox').waitFor();
    await check(page, 'renaming');
    await page.keyboard.press('Escape');
    await map.button('Full window').click();
    await check(page, 'full window');
  });
}

test('on a phone and in a narrow window the tools are within reach and the page is no wider', async (t) => {
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 240, height: 500 },
  ]) {
    const { page, map } = await drawn(t, { viewport, context: { hasTouch: true } });
    const buttons = await map.frame.getByRole('button').evaluateAll((all) =>
      all
        .map((each) => each.getBoundingClientRect())
        .filter(({ width }) => width > 0)
        .map(({ width, height, right }) => [width, height, right]),
    );
    for (const [width, height, right] of buttons) {
      assert.ok(width >= 43.5 && height >= 43.5, `${width} × ${height}`);
      assert.ok(right <= viewport.width, `${right} of ${viewport.width}`);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await map.node('Volcanoes').tap();
    assert.equal(await map.node('Volcanoes').getAttribute('aria-selected'), 'true');
    await map.frame.getByLabel('Save or open').click();
    const menu = await map.frame.locator('.map-files').boundingBox();
    assert.ok(menu && menu.x >= 0 && menu.x + menu.width <= viewport.width, JSON.stringify(menu));
  }
});

test('from right to left the map goes to the left, and its keys with it', async (t) => {
  const { page, map, send, errors } = await drawn(t);
  await page.evaluate(() => document.querySelector('.loquat')?.setAttribute('dir', 'rtl'));
  await send('/map:\n- مرحبا بكم\n  - الحمم البركانية\n- الزلازل (أنواعها)');
  await map.node('الحمم البركانية').waitFor();
  const x = async (/** @type {string} */ label) =>
    (await map.node(label).locator('.box').boundingBox())?.x ?? 0;
  assert.ok((await x('مرحبا بكم')) < (await x('Outline')));
  assert.ok((await x('الحمم البركانية')) < (await x('مرحبا بكم')));
  await map.node('Outline').focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await map.focused(), 'مرحبا بكم');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal(await map.focused(), 'Outline');
  assert.deepEqual(errors, []);
});

test('Chinese labels wrap between characters, and the page speaks Chinese', async (t) => {
  const last = '太阳风';
  const { map, errors } = await drawn(
    t,
    { context: { locale: 'zh-CN' } },
    '画一个关于太阳系的思维导图',
    last,
  );
  const lines = await map
    .node('小行星带位于火星与木星之间，由无数岩石组成')
    .locator('tspan')
    .allTextContents();
  assert.ok(lines.length >= 2, lines.join('|'));
  assert.ok(lines.every((line) => !/^[，。、]/.test(line)));
  assert.equal(await map.button('让模型扩展').count(), 1);
  assert.deepEqual(errors, []);
});

test('on paper a map is a drawing', async (t) => {
  const { page, map, errors } = await drawn(t);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  await page.locator('.map-print').waitFor();
  assert.equal(await map.frame.isVisible(), false);
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('.map-print').count(), 0);
  assert.deepEqual(errors, []);
});

test('a map of a document has its headings and sentences, and opens them where they stand', async (t) => {
  const { open } = await setupFake(t, { context: { reducedMotion: 'reduce' } });
  const { page, errors } = await open(FAKE);
  const { send, agree } = parts(page);
  await agree();
  const text =
    '# Ferry\n\nThe ferry to Holm leaves twice a day from pier seven in the harbour.\n\n# Food\n\nThe inn at the harbour serves fish soup to the guests of the ferry.\n';
  await page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles([{ name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from(text) }]);
  await page.locator('.documents li').waitFor();
  await send('Make a mind map of this document');
  const map = mapOf(page);
  const leaf = map.frame.getByRole('treeitem', { name: /^The ferry to Holm leaves twice.*, notes\.md, / });
  await leaf.waitFor();
  assert.equal(await map.frame.getByRole('treeitem', { name: /^Food, notes\.md/ }).count(), 1);
  await leaf.click();
  await map.button('Open the passage').click();
  await page
    .locator('mark.cited')
    .getByText('The ferry to Holm leaves twice a day from pier seven')
    .waitFor();
  assert.deepEqual(errors, []);
});

test('a flowchart and a mind map in Mermaid are drawn under the policy, the text beside them; others stay text', async (t) => {
  const { open } = await setupFake(t, { context: { reducedMotion: 'reduce' } });
  const { page, errors } = await open(FAKE);
  const { send, agree, answer } = parts(page);
  await agree();
  await send('a flowchart');
  await answer();
  const flow = page.locator('svg.flow');
  await flow.waitFor();
  await page.locator('svg.map-still').waitFor();
  assert.equal(await page.locator('.diagram').count(), 2);
  assert.equal(await page.locator('figure.code').count(), 3, 'the text of each is there');
  const name = await flow.getAttribute('aria-label');
  assert.match(
    name ?? '',
    /Wake up → Is it raining\?; Is it raining\? → Take an umbrella \(Yes\); Is it raining\? → Go \(No\)/,
  );
  assert.equal(await flow.getByText('<b>End</b>').count(), 1);
  assert.equal(await page.locator('.diagram b, .diagram foreignObject, .diagram [style]').count(), 0);
  await check(page, 'diagrams');
  assert.deepEqual(errors, []);
});

test('the page that is shared has the drawing in it', async (t) => {
  const { page, errors } = await drawn(t);
  await page.getByRole('button', { name: 'This conversation' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'A page to share (HTML)' }).click(),
  ]);
  const html = await readFile(/** @type {string} */ (await download.path()), 'utf8');
  assert.match(html, /<figure class="map"><svg[^>]*viewBox/);
  assert.match(html, /Stratovolcanoes<\/tspan>/);
  assert.doesNotMatch(html, /<img/);
  assert.deepEqual(errors, []);
});
