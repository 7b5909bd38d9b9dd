/**
 * Two equations: equal if one is a multiple of the other by a number; different if a point is found that solves one
 * and not the other.
 */
import { Random } from '../../stats/random.ts';
import type { Fraction } from './algebra.ts';
import type { Answer } from './answer.ts';
import { type Comparison, different, equal, unknown } from './comparison.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, lettersOf, opposite, sum } from './expression.ts';
import { type Interval, Intervals, signOf } from './intervals.ts';
import { NormalForms } from './normal-form.ts';
import { constantOf, leadingTerm, type Polynomial, polynomialKey, scaled } from './polynomial.ts';
import { divide, ONE, type Rational, rational } from './rational.ts';

type Equation = Extract<Answer, { readonly kind: 'equation' }>;

export function compareEquations(a: Equation, b: Equation): Comparison {
  const sides = [a, b].map(({ left, right }) => sum(left, opposite(right)));
  const forms = new NormalForms(sides);
  const [f, g] = sides.map((side) => plainPolynomial(forms, side));
  const [left, right] = sides;
  if (f === undefined || g === undefined || left === undefined || right === undefined)
    return unknown('equations that are no polynomials');
  if (polynomialKey(monic(f)) === polynomialKey(monic(g)))
    return equal('normal-form', 'one equation is a multiple of the other');
  return solvesOneOnly(left, right) || solvesOneOnly(right, left)
    ? different('points', 'a point solves one equation and not the other')
    : unknown('equations that were not told apart');
}

/** Only letters with whole exponents from 0 on, so that it is continuous everywhere. */
function plainPolynomial(forms: NormalForms, side: Expression): Polynomial | undefined {
  const { numerator, denominator }: Fraction = forms.of(side);
  if (constantOf(denominator) === undefined) return undefined;
  const isPlain = [...numerator.values()].every(({ powers }) =>
    powers.every(
      ([id, { numerator: n, denominator: d }]) =>
        id.startsWith("'") && d === 1n && n > 0n && !id.includes('^'),
    ),
  );
  return isPlain && numerator.size > 0 ? numerator : undefined;
}

function monic(polynomial: Polynomial): Polynomial {
  const leading = leadingTerm(polynomial)?.coefficient ?? ONE;
  return scaled(polynomial, divide(ONE, leading));
}

/** Between two values of one letter f changes its sign, so it has a root there, and g has none. */
function solvesOneOnly(f: Expression, g: Expression): boolean {
  const letters = [...lettersOf(f)];
  const random = new Random('equations', ...letters);
  const intervals = new Intervals(160);
  for (let attempt = 0; attempt < 24; attempt += 1) {
    const moving = letters[attempt % letters.length] ?? '';
    const fixed = new Map(
      [...letters, ...lettersOf(g)].map((name) => [name, rational(random.integer(1, 900), 89)]),
    );
    const signAt = (value: Rational): number | undefined => {
      const found = evaluate(f, intervals, new Map([...fixed, [moving, value]]));
      return found.kind === 'exact' ? Number(found.value.numerator > 0n) || -1 : undefined;
    };
    const grid = Array.from({ length: 24 }, (_, index) => rational(index * 2 ** 10, 97));
    for (const [index, end] of grid.slice(1).entries()) {
      let [low, high] = [grid[index] ?? end, end];
      const sign = signAt(low);
      if (sign === undefined || sign === signAt(high)) continue;
      for (let step = 0; step < 80; step += 1) {
        const middle = rational(
          low.numerator * high.denominator + high.numerator * low.denominator,
          2n * low.denominator * high.denominator,
        );
        if (signAt(middle) === sign) low = middle;
        else high = middle;
      }
      const range = { low: intervals.of(low).low, high: intervals.of(high).high };
      const value = evaluate(g, intervals, new Map<string, Rational | Interval>([...fixed, [moving, range]]));
      const away = value.kind === 'enclosed' ? signOf(value.interval) : undefined;
      if (away === 1 || away === -1) return true;
    }
  }
  return false;
}
