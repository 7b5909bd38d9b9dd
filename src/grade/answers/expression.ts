/**
 * A mathematical expression as a tree: what a final answer says once its notation is gone. Trees are values: nothing
 * changes them, and equal texts of `expressionKey` mean equal trees.
 */
import { ONE, type Rational, rational, rationalText } from './rational.ts';

/** `i` and `e` are here where a reading takes them for the imaginary unit and Euler's number. */
export type ConstantName = 'pi' | 'e' | 'i' | 'infinity';

export type FunctionName =
  | ('root' | 'abs' | 'floor' | 'ceil' | 'factorial' | 'doubleFactorial' | 'binomial')
  | ('sin' | 'cos' | 'tan' | 'cot' | 'sec' | 'csc' | 'arcsin' | 'arccos' | 'arctan')
  | ('ln' | 'log' | 'gcd' | 'lcm' | 'max' | 'min' | 'mod');

export type Expression =
  | { readonly kind: 'number'; readonly value: Rational }
  | { readonly kind: 'constant'; readonly name: ConstantName }
  | { readonly kind: 'letter'; readonly name: string }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'quotient'; readonly numerator: Expression; readonly denominator: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  /** ±x and ∓x; every sign of an expression is chosen at once. */
  | { readonly kind: 'either-sign'; readonly opposite: boolean; readonly argument: Expression }
  /** `root` has radicand and index, `log` argument and base, `mod` dividend and divisor. */
  | { readonly kind: 'call'; readonly name: FunctionName; readonly arguments: readonly Expression[] }
  /** A function that the answer does not define. */
  | { readonly kind: 'application'; readonly name: string; readonly arguments: readonly Expression[] };

export function number(value: Rational | bigint | number): Expression {
  return { kind: 'number', value: typeof value === 'object' ? value : rational(value) };
}

export function letter(name: string): Expression {
  return { kind: 'letter', name };
}

export function sum(...terms: readonly Expression[]): Expression {
  const [only] = terms;
  return terms.length === 1 && only !== undefined ? only : { kind: 'sum', terms };
}

export function product(...factors: readonly Expression[]): Expression {
  const [only] = factors;
  return factors.length === 1 && only !== undefined ? only : { kind: 'product', factors };
}

export function quotient(numerator: Expression, denominator: Expression): Expression {
  return { kind: 'quotient', numerator, denominator };
}

export function raise(base: Expression, exponent: Expression): Expression {
  return { kind: 'power', base, exponent };
}

export function call(name: FunctionName, ...args: readonly Expression[]): Expression {
  return { kind: 'call', name, arguments: args };
}

export function opposite(expression: Expression): Expression {
  if (expression.kind === 'number')
    return number({ ...expression.value, numerator: -expression.value.numerator });
  return product(number({ ...ONE, numerator: -1n }), expression);
}

export function isNumber(
  expression: Expression,
): expression is Extract<Expression, { readonly kind: 'number' }> {
  return expression.kind === 'number';
}

/** The parts of an expression, in order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'sum':
      return expression.terms;
    case 'product':
      return expression.factors;
    case 'quotient':
      return [expression.numerator, expression.denominator];
    case 'power':
      return [expression.base, expression.exponent];
    case 'either-sign':
      return [expression.argument];
    case 'call':
    case 'application':
      return expression.arguments;
    default:
      return [];
  }
}

/** The same expression with other parts, which are as many. */
export function withChildren(expression: Expression, children: readonly Expression[]): Expression {
  const at = (index: number): Expression => children[index] ?? expression;
  switch (expression.kind) {
    case 'sum':
      return { ...expression, terms: children };
    case 'product':
      return { ...expression, factors: children };
    case 'quotient':
      return { ...expression, numerator: at(0), denominator: at(1) };
    case 'power':
      return { ...expression, base: at(0), exponent: at(1) };
    case 'either-sign':
      return { ...expression, argument: at(0) };
    case 'call':
    case 'application':
      return { ...expression, arguments: children };
    default:
      return expression;
  }
}

/** Replaces from the leaves up what `change` returns something for. */
export function rewrite(
  expression: Expression,
  change: (part: Expression) => Expression | undefined,
): Expression {
  const children = childrenOf(expression);
  const changed = children.map((child) => rewrite(child, change));
  const same = changed.every((child, index) => child === children[index]);
  const whole = same ? expression : withChildren(expression, changed);
  return change(whole) ?? whole;
}

export function someIn(expression: Expression, holds: (part: Expression) => boolean): boolean {
  return holds(expression) || childrenOf(expression).some((child) => someIn(child, holds));
}

/** Names of the letters, and of functions that are applied. */
export function lettersOf(expression: Expression): Set<string> {
  const names = new Set<string>();
  someIn(expression, (part) => {
    if (part.kind === 'letter' || part.kind === 'application') names.add(part.name);
    return false;
  });
  return names;
}

/** Other letters for some; all at once, so two may change places. */
export function renameLetters(expression: Expression, names: ReadonlyMap<string, string>): Expression {
  if (names.size === 0) return expression;
  return rewrite(expression, (part) => {
    const name = part.kind === 'letter' || part.kind === 'application' ? names.get(part.name) : undefined;
    return name === undefined || part.kind !== 'letter' ? undefined : { ...part, name };
  });
}

/** A text that only equal trees share. */
export function expressionKey(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return rationalText(expression.value);
    case 'constant':
      return `@${expression.name}`;
    case 'letter':
      return `'${expression.name}'`;
    default: {
      const name = 'name' in expression ? expression.name : '';
      const sign = expression.kind === 'either-sign' && expression.opposite ? '∓' : '';
      return `${expression.kind}${sign}:${name}(${childrenOf(expression).map(expressionKey).join(';')})`;
    }
  }
}
