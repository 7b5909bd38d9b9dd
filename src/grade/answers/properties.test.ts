/** What holds of all answers: sound rewriting is never called different, other values are never called equal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerKey } from './answer-key.ts';
import { compareExpressions } from './compare-expressions.ts';
import { compareHere } from './compare-here.ts';
import { expressions } from './fixtures/arbitrary-expression.ts';
import { floatAt } from './fixtures/float-at.ts';
import { type Rewrite, sameExpressions } from './fixtures/rewrite-expression.ts';
import { toTex } from './fixtures/to-tex.ts';
import { LimitError } from './limits.ts';
import { parseAnswer } from './parse-answer.ts';
import { readingsOf } from './reading.ts';
import { tokensOf } from './tokens.ts';

const runs = { numRuns: 150, seed: 20_261_127 };
const constants = expressions([]);
const withLetters = expressions(['x', 'n']);

test('an expression that is printed is read as the same expression', () => {
  fc.assert(
    fc.property(withLetters, (expression) => {
      const tokens = tokensOf(toTex(expression));
      const [reading] = readingsOf(tokens);
      assert.ok(reading !== undefined);
      const answer = parseAnswer(tokens, reading);
      assert.ok(answer.kind === 'value', toTex(expression));
      for (const point of [1, 2]) {
        const a: number = floatAt(expression, point) ?? 0;
        const b: number = floatAt(answer.value, point) ?? 0;
        assert.ok(Math.abs(a - b) <= 1e-9 * Math.abs(a), `${a} and ${b}`);
      }
    }),
    runs,
  );
});

for (const [name, arbitrary] of [
  ['constants', constants],
  ['expressions with letters', withLetters],
] as const) {
  test(`${name}: what is written in another way is never different`, () => {
    let decided = 0;
    let all = 0;
    fc.assert(
      fc.property(arbitrary, (expression) => {
        const text = toTex(expression);
        for (const { rule, text: other } of sameExpressions(expression)) {
          const { verdict, why } = compareHere(text, other);
          all += 1;
          if (verdict === 'equal') decided += 1;
          assert.notEqual(verdict, 'different', `${rule}: ${text} and ${other}: ${why}`);
        }
      }),
      runs,
    );
    assert.ok(decided > 0.9 * all, `${decided} of ${all}`);
  });

  test(`${name}: what floating point tells apart is never equal`, () => {
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        const apart = [1, 2, 3].every((point) => {
          const [x, y] = [floatAt(a, point), floatAt(b, point)];
          return (
            x !== undefined &&
            y !== undefined &&
            Math.abs(x - y) > 1e-6 * Math.max(1, Math.abs(x), Math.abs(y))
          );
        });
        if (apart) assert.notEqual(compareHere(toTex(a), toTex(b)).verdict, 'equal');
      }),
      runs,
    );
  });
}

test('comparison is symmetric and reflexive', () => {
  const texts = fc.oneof(
    withLetters.map(toTex),
    fc.array(constants.map(toTex), { minLength: 2, maxLength: 3 }).map((items) => items.join(', ')),
    fc.array(constants.map(toTex), { minLength: 2, maxLength: 3 }).map((items) => `(${items.join(', ')})`),
    withLetters.map((expression) => `f(x) = ${toTex(expression)}`),
    constants.map((expression) => `x \\ge ${toTex(expression)}`),
  );
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      assert.equal(compareHere(a, a).verdict, 'equal');
      assert.equal(compareHere(a, b).verdict, compareHere(b, a).verdict);
    }),
    runs,
  );
});

test('rational numbers are equal exactly where they are', () => {
  const part = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  const fraction = fc.tuple(
    part,
    part.filter((value) => value !== 0n),
  );
  fc.assert(
    fc.property(fraction, fraction, fc.boolean(), ([a, b], [c, d], same) => {
      const factor = d === 0n ? 1n : d;
      const [x, y] = same ? [a * factor, b * factor] : [c, d];
      const { verdict } = compareHere(`\\frac{${a}}{${b}}`, `${x}/${y}`.replace(/\/-(\d+)/, '/(-$1)'));
      assert.equal(verdict, a * y === x * b ? 'equal' : 'different');
    }),
    runs,
  );
});

test('a list does not mind its order, a tuple does', () => {
  const items = fc.uniqueArray(fc.integer({ min: -99, max: 99 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(items, (numbers) => {
      const reversed = [...numbers].reverse();
      assert.equal(compareHere(numbers.join(', '), reversed.join(', ')).verdict, 'equal');
      assert.equal(compareHere(`(${numbers.join(', ')})`, `(${reversed.join(', ')})`).verdict, 'different');
      assert.equal(compareHere(numbers.join(', '), numbers.slice(1).join(', ')).verdict, 'different');
    }),
    runs,
  );
});

test('equal keys mean equal answers', () => {
  fc.assert(
    fc.property(withLetters, (expression) => {
      const forms: Rewrite[] = sameExpressions(expression);
      const [first] = forms;
      for (const { text } of forms) {
        const key = answerKey(text);
        if (first !== undefined && key !== undefined && key === answerKey(first.text))
          assert.equal(compareHere(first.text, text).verdict, 'equal');
      }
    }),
    runs,
  );
});

test('whatever the text, there is a verdict, and soon', () => {
  const pieces = fc.constantFrom(
    ...[
      '\\frac',
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '\\{',
      '\\}',
      '1',
      '23',
      'x',
      'n',
      '+',
      '-',
      '^',
      '_',
      ',',
      '=',
      '<',
      '|',
    ],
    ...[
      '\\sqrt',
      '\\le',
      '\\in',
      '\\cup',
      '\\text{if}',
      'for',
      'odd',
      '!',
      '\\pm',
      '\\infty',
      '\\log',
      '\\sin',
      '/',
      '\\ldots',
    ],
    ...[
      '\\mathbb{R}',
      '\\setminus',
      '°',
      '%',
      '.',
      'all',
      'prime',
      '\\equiv',
      '\\pmod',
      '\\begin{cases}',
      '\\\\',
      '\\binom',
    ],
  );
  const texts = fc.array(pieces, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const verdict = compareHere(a, b).verdict;
      assert.equal(verdict, compareHere(b, a).verdict);
    }),
    { ...runs, numRuns: 1500 },
  );
});

test('hostile answers end quickly, without a verdict', () => {
  const nines = (levels: number): string => (levels === 0 ? '9' : `9^{${nines(levels - 1)}}`);
  const hostile = [
    '1'.repeat(1_000_000),
    '{'.repeat(3000),
    '('.repeat(1500) + ')'.repeat(1500),
    nines(3),
    nines(50),
    `${'9'.repeat(3000)}!`,
    '(((9!)!)!)!',
    `\\binom{10^{9}}{5\\cdot 10^{8}}`,
    `(x+y+z+w+1)^{200}`,
    `(a+b+c+d+e+f+g+h)^{40}`,
    `${'\\sqrt{2+'.repeat(50)}1${'}'.repeat(50)}`,
    Array.from({ length: 14 }, (_, k) => `\\sqrt{${k + 2}}`).join('+'),
    '2^{2^{2^{2^{x}}}}',
    '\\sqrt[999]{2^{1000}+1}',
    'x^{1000000}-1',
    'e^{e^{e^{e}}}',
    '\\sin(10^{1000})',
    Array.from({ length: 600 }, (_, k) => `${k}+x`).join(', '),
    '\\cos\\frac{\\pi}{997}+\\cos\\frac{\\pi}{991}',
    '\\frac'.repeat(800),
    `${'\\pm'.repeat(500)}1`,
    `${'-'.repeat(3000)}1`,
    'a'.repeat(3900),
    '1,'.repeat(1900),
  ];
  const started = process.cpuUsage();
  for (const text of hostile) {
    for (const other of ['5', 'x+1', '\\sqrt{2}', '1, 2', `${text}+1`]) {
      const before = process.cpuUsage();
      compareHere(text, other);
      const { user } = process.cpuUsage(before);
      assert.ok(user < 4_000_000, `${text.slice(0, 60)} and ${other.slice(0, 20)}: ${user / 1e6} s`);
    }
  }
  const { user } = process.cpuUsage(started);
  assert.ok(user < 40_000_000, `${user / 1e6} s`);
  assert.equal(compareHere(nines(3), '5').verdict, 'unknown');
});

test('a comparison of expressions that is too large is refused, and says so', () => {
  const nine = { kind: 'number', value: { numerator: 9n, denominator: 1n } } as const;
  const power = (base: typeof nine, exponent: Parameters<typeof compareExpressions>[0]) =>
    ({ kind: 'power', base, exponent }) as const;
  assert.throws(() => compareExpressions(power(nine, power(nine, power(nine, nine))), nine), LimitError);
});
