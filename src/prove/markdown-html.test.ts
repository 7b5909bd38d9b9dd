import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { markdownToHtml } from './markdown-html.ts';
import { createMathematics } from './mathematics.ts';

const render = (source: string): string => markdownToHtml(source, createMathematics()).text;

test('headings, paragraphs, emphasis, code, quotations, rules and tables', () => {
  assert.equal(
    render('# Proof\ntext **bold** and *it*'),
    '<h3>Proof</h3>\n<p>text <strong>bold</strong> and <em>it</em></p>',
  );
  assert.equal(render('a `x < y` b'), '<p>a <code>x &lt; y</code> b</p>');
  assert.equal(
    render('```\n# no heading $x$\n```\nafter'),
    '<pre><code># no heading $x$</code></pre>\n<p>after</p>',
  );
  assert.equal(render('> quoted\n> twice'), '<blockquote><p>quoted\ntwice</p></blockquote>');
  assert.equal(render('---'), '<hr>');
  assert.match(render('| a | b |\n|---|---|\n| 1 | 2 |'), /<th>a<\/th><th>b<\/th>.*<td>1<\/td><td>2<\/td>/);
  assert.equal(render('a_b_c and \\* and 2 * 3 * 4'), '<p>a_b_c and * and 2 * 3 * 4</p>');
});

test('lists, numbered from where they begin, with items of several lines and lists inside', () => {
  assert.equal(render('- a\n- b'), '<ul><li>a</li><li>b</li></ul>');
  assert.equal(render('3. a\n4. b'), '<ol start="3"><li>a</li><li>b</li></ol>');
  assert.equal(render('- a\n  - b\n- c'), '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>');
  const { document } = parseHTML(render('1. first\n\n$$x$$\n\n2. second\n\nafter'));
  assert.equal(document.querySelectorAll('ol > li').length, 2);
  assert.equal(document.querySelectorAll('li math').length, 1);
});

test('mathematics in every kind of brackets becomes MathML; money does not', () => {
  for (const source of [
    '$a^2+b^2$',
    '\\(a^2\\)',
    '$$\\sum_{i=1}^n i$$',
    '\\[x\\]',
    '\\begin{align*}a&=b\\\\c&=d\\end{align*}',
  ]) {
    const text = render(`before ${source} after`);
    assert.match(text, /<math/, source);
    assert.doesNotMatch(text, /\$|\\\[|\\\(|class="tex"/, source);
  }
  assert.match(render('*$x$* and **$y_1 * y_2$**'), /<em><math.*<strong><math/s);
  assert.equal(render('It costs $5 and $6.'), '<p>It costs $5 and $6.</p>');
  assert.match(render('$$\\frac{1}{$$'), /<pre class="tex"><code>\\frac\{1\}\{<\/code><\/pre>/);
  assert.match(render('across\n$a +\nb$ lines'), /<math/);
});

test('what proofs are written with is rendered, not shown as its source', () => {
  const usual = [
    ...['x \\equiv 3 \\pmod 4', '\\binom{n}{k}', '\\sqrt[3]{x}', '\\mathbb{R} \\mathcal{F} \\mathfrak{p}'],
    ...[
      '\\begin{cases}1 & x > 0 \\\\ 0 & \\text{else}\\end{cases}',
      '\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}',
    ],
    ...[
      '\\boxed{7}',
      '\\overline{AB} \\parallel \\vec{v}',
      '\\left\\lfloor \\frac{n}{2} \\right\\rfloor',
      '\\underbrace{a + b}_{c}',
    ],
    ...[
      '\\operatorname{lcm}(a, b)',
      'a \\xrightarrow{f} b',
      '\\begin{array}{c|c}a & b \\\\ \\hline c & d\\end{array}',
      '\\not= \\notin \\nmid',
    ],
    ...[
      '\\sum_{\\substack{i = 1 \\\\ i \\ne j}}^n a_i',
      '\\begin{aligned}a &= b \\\\ &= c\\end{aligned}',
      'x \\tag{1}',
      '\\blacksquare \\qed \\square',
    ],
    ...[
      '\\angle ABC = 90^\\circ',
      '\\lvert x \\rvert \\lVert y \\rVert',
      '\\dots, \\ldots, \\cdots',
      '\\bigl( \\Bigr)',
      '\\cancel{x}',
    ],
  ];
  for (const tex of usual) assert.doesNotMatch(render(`$$${tex}$$`), /class="tex"/, tex);
});

test('what a model wrote cannot run, load or leave its place', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[click](javascript:alert(1)) ![x](http://evil/x.png)',
    '$\\href{javascript:alert(1)}{x}$ $\\includegraphics{http://evil/x.png}$ $\\url{http://evil}$',
    '$\\class{x}{y}$ $\\style{position:fixed}{z}$ $\\id{a}{b}$ $\\data{a=b}{c}$',
    '$\\def\\a{\\a\\a}\\a$',
    '$\\rule{100000em}{100000em}$ $\\kern{-90000em}x$',
    '$\\text{<script>alert(1)</script>}$ $\\color{red;background:url(http://evil)}x$',
    '`<b>` ```\n<i>\n',
    '\ue0000\ue001 \ue00099\ue001',
    '</p></div></main><style>*{display:none}</style>',
  ].join('\n\n');
  const { document } = parseHTML(`<main>${render(hostile)}</main>`);
  assert.equal(document.querySelectorAll('script,img,a,style,link,iframe,object,svg').length, 0);
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      assert.doesNotMatch(name, /^(on|src|href|id)/);
      assert.doesNotMatch(value, /url\(|javascript|fixed|100000|90000/);
    }
  }
});

test('any text gives the elements that Markdown has and no others, and keeps its words', () => {
  const piece = fc.constantFrom(
    ...[
      '# ',
      '- ',
      '1. ',
      '> ',
      '  ',
      '\n',
      '\n\n',
      '$',
      '$$',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '`',
      '```',
      '*',
      '**',
      '_',
      '|',
      '|-|',
      '<b>',
      '&',
      '\\',
      'x',
      'word',
      '{',
      '}',
      '^2',
      '\\frac',
    ],
  );
  const known = new Set(
    'P H3 H4 H5 H6 UL OL LI PRE CODE HR BR BLOCKQUOTE DIV TABLE THEAD TBODY TR TH TD STRONG EM'.split(' '),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { document } = parseHTML(`<main>${render(pieces.join(''))}</main>`);
      const main = document.querySelector('main') ?? assert.fail();
      for (const element of main.querySelectorAll('*')) {
        if (element.closest('math') === null)
          assert.ok(known.has(element.tagName.toUpperCase()), element.tagName);
      }
      const words = pieces.filter((word) => word === 'word').length;
      // What stands behind a fence is the language of its code, which is not shown.
      if (!pieces.some((text) => text === '\\' || text.includes('`')))
        assert.ok((main.textContent?.match(/w\s*o\s*r\s*d/g) ?? []).length >= words);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('long and nasty texts take no long time', () => {
  const nasty = ['$', '*', '`', '> ', '- ', '\\begin{align}', '**a ', '_', '[', '|\n|-', '1. a\n\n', '\\('];
  const began = performance.now();
  for (const text of nasty) render(text.repeat(4000));
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds < 20, `${seconds} s`);
});
