// Markdown of answers to HTML: what people reported of other pages, and Chinese and Japanese as they are written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { md } from '../../www/ui/parts/markdown-syntax.js';
import { SLOW } from './markdown-slow.js';

const html = (/** @type {string} */ text) => md.render(text).trim();
const math = (/** @type {string} */ level, /** @type {string} */ text) =>
  `<span data-math="${level}">${text}</span>`;

test('code is code, byte for byte: no formula begins in it', () => {
  assert.equal(html('Match `\\[(.*?)\\]` here.'), '<p>Match <code>\\[(.*?)\\]</code> here.</p>');
  assert.equal(
    html('Run `echo $$` twice: `echo $$`.'),
    '<p>Run <code>echo $$</code> twice: <code>echo $$</code>.</p>',
  );
  assert.equal(html('It is `$a` or `$b`.'), '<p>It is <code>$a</code> or <code>$b</code>.</p>');
  assert.equal(html('Costs $5 `a$b` and more'), '<p>Costs $5 <code>a$b</code> and more</p>');
  assert.equal(html('See $$ `x$$` now'), '<p>See $$ <code>x$$</code> now</p>');
  assert.match(html('```\n$$\nx\n$$\n```'), /<code>\$\$\nx\n\$\$\n<\/code>/);
});

test('a formula never crosses a paragraph, and a block begins and ends its line', () => {
  assert.equal(html('Price is $$\n\nor cost is $$'), '<p>Price is $$</p>\n<p>or cost is $$</p>');
  assert.equal(html('$$\nx\n\ny\n$$'), '<p>$$\nx</p>\n<p>y\n$$</p>');
  assert.equal(html('$$\nx^2\n$$'), math('block', 'x^2'));
  assert.equal(html('\\[\nx^2\n\\]'), math('block', 'x^2'));
  assert.equal(html('$$x^2$$ is a square'), `<p>${math('block', 'x^2')} is a square</p>`);
  assert.equal(html('So:\n$$\nx\n$$\nthen'), `<p>So:</p>\n${math('block', 'x')}<p>then</p>`);
});

test('formulas inside a line are found as KaTeX’s auto-render finds them', () => {
  assert.equal(html('The area is $$A=\\pi r^2$$.'), `<p>The area is ${math('block', 'A=\\pi r^2')}.</p>`);
  assert.equal(html('So \\[x=1\\], where x > 0.'), `<p>So ${math('block', 'x=1')}, where x &gt; 0.</p>`);
  assert.equal(html('- Step: \\[y=2\\]'), `<ul>\n<li>Step: ${math('block', 'y=2')}</li>\n</ul>`);
  assert.equal(
    html('Let \\(a_1\\) and $b_1$ be.'),
    `<p>Let ${math('inline', 'a_1')} and ${math('inline', 'b_1')} be.</p>`,
  );
  assert.equal(html('It costs $5 or $6.'), '<p>It costs $5 or $6.</p>');
  assert.equal(html('\\$x\\$ and \\\\(y\\\\)'), '<p>$x$ and \\(y\\)</p>');
});

test('ranges in Chinese are no strike-through; two tildes are', () => {
  assert.equal(html('3~5天，价格100~200元'), '<p>3~5天，价格100~200元</p>');
  assert.equal(html('5~10元，大约20~30元'), '<p>5~10元，大约20~30元</p>');
  assert.equal(html('~~旧~~ 新'), '<p><s>旧</s> 新</p>');
});

test('bold beside full-width punctuation is bold', () => {
  assert.equal(html('**重点：**内容'), '<p><strong>重点：</strong>内容</p>');
  assert.equal(html('**《红楼梦》**这本书'), '<p><strong>《红楼梦》</strong>这本书</p>');
  assert.equal(html('これは**「重要」**です。'), '<p>これは<strong>「重要」</strong>です。</p>');
  assert.equal(html('**이것은 (한국어)**입니다'), '<p><strong>이것은 (한국어)</strong>입니다</p>');
  assert.equal(html('a_b_c and *x*'), '<p>a_b_c and <em>x</em></p>');
});

test('bare links end before full-width punctuation', () => {
  const link = (/** @type {string} */ href, text = href) => `<a href="${href}">${text}</a>`;
  const url = 'https://example.org/a_b?c=1';
  for (const after of ['，然后', '。', '）。', '、等', '；', '”', '…', '》', '！'])
    assert.equal(html(`见${url}${after}`), `<p>见${link(url)}${after}</p>`);
  assert.equal(html(`(see ${url}). Next`), `<p>(see ${link(url)}). Next</p>`);
  assert.equal(html('https://x.org/wiki/A_(b)!'), `<p>${link('https://x.org/wiki/A_(b)')}!</p>`);
  assert.equal(
    html('www.example.org，好'),
    `<p>${link('http://www.example.org', 'www.example.org')}，好</p>`,
  );
  assert.equal(html('open main.rs and node.js'), '<p>open main.rs and node.js</p>');
  assert.equal(html('http:// is a scheme'), '<p>http:// is a scheme</p>');
});

test('what a page must not show becomes text or a link', () => {
  assert.equal(html('<script>x</script>'), '<p>&lt;script&gt;x&lt;/script&gt;</p>');
  assert.equal(html('H<sub>2</sub>O<br>x'), '<p>H<sub>2</sub>O<br>x</p>');
  assert.equal(html('![a cat](https://x.org/c.png)'), '<p><a href="https://x.org/c.png">a cat</a></p>');
  assert.equal(html('[x](javascript:alert(1))'), '<p>[x](javascript:alert(1))</p>');
  assert.match(
    html('- [ ] open\n- [x] done'),
    /<li><input type="checkbox" disabled> open<\/li>\n<li><input type="checkbox" disabled checked> done/,
  );
  assert.match(html('|a|b|\n|:-:|--:|\n|1|2|'), /<th align="center">a<\/th>\n<th align="right">b/);
});

for (const [name, text] of Object.entries(SLOW)) {
  test(`parsing takes no time that grows with the square: ${name}`, () => {
    const lines = text.split('\n').map((line) => line.slice(0, 20_000));
    const time = (/** @type {string} */ part) => {
      const began = performance.now();
      md.parse(part, {});
      return performance.now() - began;
    };
    const all = lines.join('\n');
    time(all.slice(0, all.length / 4)); // warm
    const took = time(all);
    assert.ok(took < 1000, `${took} ms`); // a tenth of that, where nothing else runs
  });
}
