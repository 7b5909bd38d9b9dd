/** Only what cannot act becomes SafeHtml, and only one function makes it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { trusted } from '../prove/html.ts';
import { markdownToHtml } from '../prove/markdown-html.ts';
import { createMathematics } from '../prove/mathematics.ts';
import { hostileTexts } from './fixtures/hostile-texts.ts';
import { harmIn } from './harmless-markup.ts';
import { safeHtml } from './safe-html.ts';

test('what the renderer makes of hostile texts and of mathematics passes', () => {
  const usual = [
    '# A\n1. b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
    '$$\\begin{cases}1 & x > 0 \\\\ 0 & \\text{else}\\end{cases}$$',
  ];
  for (const text of [...hostileTexts, ...usual, hostileTexts.join('\n\n')]) {
    const markup = markdownToHtml(text, createMathematics());
    assert.equal(safeHtml(markup), markup.text);
  }
});

test('an element or an attribute that acts is refused by name, however it is written', () => {
  const harmful = [
    '<script>1</script>',
    '<SCRIPT>1</SCRIPT>',
    '<p onclick="1">x</p>',
    '<p\nonclick=1>x</p>',
    '<img src="x">',
    '<a href="javascript:1">x</a>',
    '<math><mi href="javascript:1">x</mi></math>',
    '<p style="position:fixed">x</p>',
    '<p style="background:url(x)">x</p>',
    '<p style="&#112;osition:&#102;ixed">x</p>',
    '<p id="main">x</p>',
    '<!-- -->',
    '<p',
    '<p class="a>b">x</p>',
    '< p>',
    '<svg/onload=1>',
  ];
  for (const text of harmful) {
    assert.notEqual(harmIn(text), undefined, text);
    assert.throws(() => safeHtml(trusted(`<p>fine</p>${text}`)), /no page may hold/);
  }
  assert.equal(harmIn('a &lt;b&gt; <p class="x">c<br></p>'), undefined);
});

test('nothing but safeHtml makes SafeHtml, and nothing but the part Markup shows it', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const using = (pattern: RegExp, where: readonly string[]): string[] =>
    globSync(where, { cwd: root, exclude: (name) => name.endsWith('.test.ts') })
      .filter((file) => pattern.test(readFileSync(`${root}${file}`, 'utf8')))
      .map((file) => file.replaceAll('\\', '/'));
  assert.deepEqual(using(/as SafeHtml\b/, ['{src,web/src}/**/*.{ts,tsx}']), ['src/view/safe-html.ts']);
  const sinks = /dangerouslySetInnerHTML|\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write/;
  assert.deepEqual(using(sinks, ['web/src/**/*.{ts,tsx}']), ['web/src/parts/markup.tsx']);
});
