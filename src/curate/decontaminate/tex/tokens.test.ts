import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { tokenise } from './tokens.ts';

/** Tokens with a letter for their kind before them. */
const shown = (text: string): string => {
  const { texts, kinds } = tokenise(text);
  return texts.map((one, i) => `${kinds[i]?.charAt(0)}:${one}`).join(' ');
};
const same = (...texts: readonly string[]): void => {
  const [first = '', ...others] = texts;
  for (const other of others) assert.equal(shown(other), shown(first), JSON.stringify(other));
};

describe('the same thing in two ways is the same tokens', () => {
  test('however a formula is delimited, spaced and sized', () => {
    same(
      'Let $a+b \\le 2$.',
      'Let \\(a + b \\leq 2\\).',
      'let $$a+b\\leqslant2$$',
      'Let \\[ {a}+{b} \\,\\le\\; 2 \\]',
      'Let $\\displaystyle a+b\\left.\\le\\right. 2$',
      'Let $a+b ≤ 2$',
    );
  });
  test('fractions', () => {
    same('$\\frac{a}{b}$', '$a/b$', '$\\dfrac ab$', '$\\tfrac{a}b$', '$\\frac {a} {b}$');
    same('$\\frac12$', '$1/2$', '$½$');
    same('$\\frac{\\frac{a}{b}}{c}$', '$(a/b)/c$');
  });
  test('words in formulas, fonts, sets, dots, signs and marks', () => {
    same('$x$ is a real number', '$x \\text{ is a real number}$', '$x$ is a \\textbf{real} number');
    same(
      '$f:\\mathbb{R}\\to\\mathbb{R}$',
      '$f \\colon ℝ → ℝ$'.replace('\\colon', ':'),
      '$f:\\R\\rightarrow\\R$',
    );
    same('$a_1, \\ldots, a_n$', '$a_{1},\\dots,a_{n}$', '$a_1,...,a_n$');
    same('$\\alpha\\cdot\\beta$', '$α β$', '$αβ$');
    same('Möbius', 'Mobius', 'möbius');
    same('eight boxes', '8 boxes', '$8$ boxes');
    same('1,000,000 people', '1000000 people', '$1{,}000{,}000$ people');
    same('$\\sin x$', '$sin x$', '$\\operatorname{sin} x$');
  });
  test('line breaks, drawings, pictures and addresses', () => {
    same(
      'Find the area of $ABC$.',
      'Find the\narea  of\t$ABC$ .',
      'Find the area of $ABC$. [asy] draw((0,0)--(1,1)); [/asy]',
      'Find the area of $ABC$. ![figure](https://example.org/a.png)',
      'Find the area of $ABC$. https://example.org/?q=1',
    );
  });
});

test('kinds: letters of formulas are variables, of prose words, but for names of points', () => {
  assert.equal(shown('Let $xy=12$'), 'w:let v:x v:y s:= n:12');
  assert.equal(shown('triangle ABC'), 'w:triangle v:A v:B v:C');
  assert.equal(shown('a man and n cats'), 'w:a w:man w:and v:n w:cats');
  assert.equal(shown('$\\gcd(m,n)=1$'), 'w:gcd v:m v:n s:= n:1');
  assert.equal(shown('$r\\in\\mathbb{R}$'), 'v:r s:∈ w:ℝ');
  assert.equal(shown('三角形'), 'w:三 w:角 w:形');
});

test('a formula that is never closed ends with its paragraph', () => {
  assert.equal(shown('Let $x be\n\nprime'), shown('Let $x$ $be$\n\nprime'));
});

test('places are those of the text', () => {
  const text = 'Prove  $\\frac{ab}{2} \\le Größe$.';
  const { texts, starts, ends } = tokenise(text);
  assert.equal(text.slice(starts[0], ends[0]), 'Prove');
  assert.equal(text.slice(starts.at(-1), ends.at(-1)), 'Größe');
  assert.ok(texts.length > 4);
});

test('any text is read to its end, with tokens in their order and never of nothing', () => {
  const pieces = fc.constantFrom(
    ...[
      '$',
      '$$',
      '{',
      '}',
      '\\',
      '\\frac',
      '\\text{',
      '\\(',
      '\\]',
      'ab',
      'word',
      ' ',
      '\n\n',
      '12',
      '1,000',
    ],
    ...['é', 'é', '三', '𝔽', '½', '…', '...', '[asy]', '![a](', '\\label{', '-', '!', '\u0000', '\ud800'],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      const { texts, kinds, starts, ends } = tokenise(text);
      assert.ok(
        kinds.length === texts.length && starts.length === texts.length && ends.length === texts.length,
      );
      for (const [i, token] of texts.entries()) {
        assert.notEqual(token, '');
        assert.ok((starts[i] ?? 0) >= (starts[i - 1] ?? 0) && (ends[i] ?? 0) <= text.length);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
