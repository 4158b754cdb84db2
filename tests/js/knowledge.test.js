// A knowledge file: built the same way twice, read as far as a question needs it, and honest where it is damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHtmlPage } from '../../www/service/build/html-page.js';
import { openKnowledge } from '../../www/service/knowledge-file.js';
import { searchPassages } from '../../www/service/search.js';
import { knowledgeBytes, page } from './knowledge-bytes.js';

/** @param {Uint8Array} bytes @param {boolean} [ranges] */
function served(bytes, ranges = true) {
  /** @type {Array<[number, number]>} */
  const asked = [];
  const get = async (/** @type {number} */ from, /** @type {number} */ to) => {
    asked.push([from, to]);
    return ranges ? { bytes: bytes.slice(from, to), whole: false } : { bytes, whole: true };
  };
  return { asked, open: () => openKnowledge(get, 'shop.loquat') };
}

/** Pages that share words, as those of a site do; no two sentences are alike. @param {number} pages */
function site(pages) {
  const words =
    'delivery parcel return label order jacket colour zip repair tailor button window light street winter market music river'.split(
      ' ',
    );
  const say = (/** @type {number} */ seed) =>
    Array.from({ length: 60 }, (_, i) => words[(seed * 7 + i * i * 3 + (seed % 11) * i) % words.length]).join(
      ' ',
    );
  return Array.from({ length: pages }, (_, n) =>
    page(`page${n}.html`, `${say(n)} number${n}.`, `${say(n + 5000)} again${n}.`),
  );
}

test('the same sources in any order give the same bytes', () => {
  const sources = site(20);
  const one = knowledgeBytes(sources).bytes;
  assert.deepEqual(knowledgeBytes([...sources].reverse()).bytes, one);
  assert.notDeepEqual(knowledgeBytes(site(21)).bytes, one);
});

test('of a large site only the parts that a question needs are read', async () => {
  const { bytes, knowledge } = knowledgeBytes(site(1500));
  const text = knowledge.passages.reduce((sum, { text: each }) => sum + each.length, 0);
  assert.ok(bytes.length < text / 2, `${bytes.length} of ${text}`);
  const { asked, open } = served(bytes);
  const file = await open();
  const { hits } = await searchPassages(file, 'Where is number777?');
  assert.equal(hits[0].page.address, '/page777.html');
  const read = asked.reduce((sum, [from, to]) => sum + Math.min(to, bytes.length) - from, 0);
  assert.ok(read < bytes.length * 0.7, `${read} of ${bytes.length} bytes`);
  const before = asked.length;
  await searchPassages(file, 'Where is number777?');
  assert.equal(asked.length, before, 'what is read is kept');
});

test('a server without ranges sends it whole, once', async () => {
  const { bytes } = knowledgeBytes(site(300));
  const { asked, open } = served(bytes, false);
  const file = await open();
  assert.equal((await searchPassages(file, 'number42')).hits[0].page.address, '/page42.html');
  assert.equal(asked.length, 1);
});

test('what is no knowledge file, or a damaged one, is told with a remedy', async () => {
  const other = served(new TextEncoder().encode('<!doctype html><title>Not found</title>'));
  await assert.rejects(
    other.open(),
    (/** @type {any} */ error) => error.code === 'knowledge_unreadable' && /Build it/.test(error.remedy),
  );
  const newer = served(new TextEncoder().encode('loquat-knowledge 9 12\n'));
  await assert.rejects(newer.open(), /version 9/);
  const { bytes } = knowledgeBytes(site(200));
  const cut = await served(bytes.slice(0, bytes.length - 200)).open();
  await assert.rejects(searchPassages(cut, 'number199 number3 number150 number77'), /damaged/);
});

test('contradictions are told: two prices, two answers, and what says the same twice', () => {
  const products = [{ id: 'a', name: 'Alder jacket', price: '119', currency: 'EUR' }];
  const { report, knowledge } = knowledgeBytes([
    { name: 'products.csv', address: '', products },
    {
      ...page('alder.html', 'The Alder jacket costs 99 euros.'),
      products: [{ name: 'Alder jacket', price: '109' }],
    },
    page('copy.html', 'The Alder jacket costs 99 euros.'),
    {
      name: 'faq.json',
      address: '',
      faq: [
        { question: 'Is it free?', answer: 'Yes.' },
        { question: 'is it free?', answer: 'No.' },
      ],
    },
  ]);
  const about = report.contradictions.map(({ about: what }) => what).sort();
  assert.deepEqual(about, [
    'two answers to “is it free?”',
    'two prices of Alder jacket',
    'two prices of Alder jacket',
  ]);
  assert.match(
    report.leftOut.map(({ name, why }) => `${name} ${why}`).join(),
    /copy\.html.*same as alder\.html/,
  );
  assert.equal(knowledge.products?.rows.length, 1);
});

test('a page gives its main part, and what it tells search engines', () => {
  const html = `<!doctype html><html lang="zh-CN"><head><title>T – Shop</title><link rel="canonical" href="https://x.example/t/">
    <meta property="article:modified_time" content="2026-03-04T10:00:00Z">
    <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Q?","acceptedAnswer":{"text":"<p>A &amp; B.</p>"}}]},{"@type":"Product","name":"Hat","offers":{"price":12,"priceCurrency":"EUR"}}]}</script>
    </head><body><nav>Menu</nav><main><h1>Title</h1><p>Words.</p><aside>Buy now</aside><p hidden>secret</p></main><footer>Imprint</footer></body></html>`;
  const { title, date, language, address, faq, products, html: main } = readHtmlPage(html);
  assert.deepEqual(
    { title, date, language, address },
    { title: 'Title', date: '2026-03-04', language: 'zh', address: 'https://x.example/t/' },
  );
  assert.deepEqual(faq, [{ question: 'Q?', answer: 'A & B.' }]);
  assert.deepEqual(products, [{ name: 'Hat', price: '12', currency: 'EUR' }]);
  assert.match(main, /Words/);
  assert.doesNotMatch(main, /Menu|Imprint|Buy now|secret/);
  assert.doesNotThrow(() => readHtmlPage('<script type="application/ld+json">{broken</script><p>x'));
});
