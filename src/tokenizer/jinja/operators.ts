/** Python's operators on the values of a template, and its indexing. */
import { add } from './filters.ts';
import { countArgument, methodOf } from './methods.ts';
import { isIn } from './tests.ts';
import {
  areEqual,
  compare,
  Float,
  isDict,
  isList,
  isNumber,
  isTrue,
  itemsOf,
  Namespace,
  TemplateError,
  Tuple,
  toNumber,
  toRepr,
  toText,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** All but `and` and `or`, which do not always look at their right side. */
export function binary(operator: string, a: Value, b: Value): Value {
  switch (operator) {
    case '+':
      return add(a, b);
    case '~':
      return toText(a) + toText(b);
    case '==':
      return areEqual(a, b);
    case '!=':
      return !areEqual(a, b);
    case 'in':
      return isIn(a, b);
    case 'not in':
      return !isIn(a, b);
    case '<':
      return compare(defined(a), defined(b)) < 0;
    case '<=':
      return compare(defined(a), defined(b)) <= 0;
    case '>':
      return compare(defined(a), defined(b)) > 0;
    case '>=':
      return compare(defined(a), defined(b)) >= 0;
    default:
      return arithmetic(operator, defined(a), defined(b));
  }
}

export function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !isTrue(value);
  const operand = defined(value);
  if (!isNumber(operand))
    throw new TemplateError(`bad operand type for unary ${operator}: '${typeName(operand)}'`);
  const result = operator === '-' ? -toNumber(operand) : toNumber(operand);
  return operand instanceof Float ? new Float(result) : result + 0;
}

function defined(value: Value): Value {
  if (value instanceof Undefined) throw new TemplateError(value.hint);
  return value;
}

function arithmetic(operator: string, a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) {
    const result = numeric(operator, toNumber(a), toNumber(b));
    const isFloat = a instanceof Float || b instanceof Float || operator === '/' || !Number.isInteger(result);
    if (!isFloat && !Number.isSafeInteger(result))
      throw new TemplateError(`${operator} leaves the whole numbers that are exact`);
    return isFloat ? new Float(result) : result;
  }
  if (operator === '*') {
    if (typeof a === 'number' && !isNumber(b)) return arithmetic('*', b, a);
    if (typeof b === 'number' && typeof a === 'string') return a.repeat(Math.max(0, b));
    if (typeof b === 'number' && isList(a)) return Array.from({ length: Math.max(0, b) }, () => a).flat();
  }
  if (operator === '%' && typeof a === 'string') return percentFormat(a, b);
  throw new TemplateError(
    `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`,
  );
}

function numeric(operator: string, a: number, b: number): number {
  switch (operator) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return a ** b;
    default:
      if (b === 0) throw new TemplateError('division by zero');
      if (operator === '/') return a / b;
      if (operator === '//') return Math.floor(a / b);
      if (operator === '%') return a - b * Math.floor(a / b);
      throw new TemplateError(`operator ${operator} is not known`);
  }
}

/** `'%s of %d' % (…)` without widths and flags. */
function percentFormat(text: string, given: Value): string {
  const args = given instanceof Tuple ? given.items : [given];
  let next = 0;
  const written = text.replace(/%(.|$)/gs, (match, kind: string) => {
    if (kind === '%') return '%';
    const value = args[next];
    next += 1;
    if (value === undefined) throw new TemplateError('not enough arguments for format string');
    if (kind === 's') return toText(value);
    if (kind === 'r') return toRepr(value);
    if ((kind === 'd' || kind === 'i') && isNumber(value)) return `${Math.trunc(toNumber(value))}`;
    throw new TemplateError(`format ${match} is not computed`);
  });
  if (next < args.length) throw new TemplateError('not all arguments converted during string formatting');
  return written;
}

/** `value.name`: a method first, then an item. */
export function attribute(value: Value, name: string): Value {
  if (value instanceof Undefined) throw new TemplateError(value.hint);
  return methodOf(value, name) ?? entry(value, name) ?? missing(value, name);
}

/** `value[key]`: an item first, then a method. */
export function item(value: Value, key: Value): Value {
  if (value instanceof Undefined) throw new TemplateError(value.hint);
  if (typeof key === 'number' || typeof key === 'boolean') {
    if (isList(value) || value instanceof Tuple || typeof value === 'string') {
      return itemsOf(value).at(Number(key)) ?? missing(value, `${Number(key)}`);
    }
  }
  const found = isDict(value) || typeof key === 'string' ? entry(value, key) : undefined;
  return found ?? (typeof key === 'string' ? methodOf(value, key) : undefined) ?? missing(value, toText(key));
}

function entry(value: Value, key: Value): Value | undefined {
  if (isDict(value)) {
    // A float is the same key as the whole number that it equals.
    return value.get(key instanceof Float ? key.value : key);
  }
  return value instanceof Namespace && typeof key === 'string' ? value.entries.get(key) : undefined;
}

function missing(value: Value, name: string): Undefined {
  const what = value === null ? 'None' : `${typeName(value)} object`;
  return new Undefined(`'${what}' has no attribute '${name}'`);
}

/** `value[start:stop:step]` */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  const items = itemsOf(defined(value));
  const by = countArgument(step, 1);
  if (by === 0) throw new TemplateError('slice step cannot be zero');
  const clamp = (bound: Value, none: number): number => {
    const at = countArgument(bound, none);
    if (bound === null) return none;
    const counted = at < 0 ? at + items.length : at;
    return by > 0
      ? Math.min(Math.max(counted, 0), items.length)
      : Math.min(Math.max(counted, -1), items.length - 1);
  };
  const [from, to] =
    by > 0 ? [clamp(start, 0), clamp(stop, items.length)] : [clamp(start, items.length - 1), clamp(stop, -1)];
  const cut: Value[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) cut.push(items[i] ?? null);
  if (typeof value === 'string') return cut.map(toText).join('');
  return value instanceof Tuple ? new Tuple(cut) : cut;
}
