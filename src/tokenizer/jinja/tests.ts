/** Jinja's tests, what stands after `is`. One that is not known is an error. */
import { isLower, isUpper } from './methods.ts';
import {
  areEqual,
  compare,
  Float,
  isDict,
  isList,
  isNumber,
  itemsOf,
  TemplateError,
  Tuple,
  toNumber,
  toText,
  Undefined,
  type Value,
} from './values.ts';

type Test = (value: Value, args: readonly Value[]) => boolean;

export function applyTest(name: string, value: Value, args: readonly Value[]): boolean {
  const test = tests.get(name);
  if (test === undefined) throw new TemplateError(`No test named '${name}'`);
  return test(value, args);
}

/** Whether `item in container`. */
export function isIn(item: Value, container: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw new TemplateError("'in <string>' requires string as left operand");
  }
  if (isDict(container)) return [...container.keys()].some((key) => areEqual(key, item));
  return itemsOf(container).some((other) => areEqual(other, item));
}

const remainder = (value: Value, by: number): number => {
  if (!isNumber(value)) throw new TemplateError('not a number');
  return ((toNumber(value) % by) + by) % by;
};
const equals: Test = (value, [other = null]) => areEqual(value, other);
const differs: Test = (value, [other = null]) => !areEqual(value, other);
const isSequence: Test = (value) =>
  typeof value === 'string' ||
  isList(value) ||
  isDict(value) ||
  value instanceof Tuple ||
  value instanceof Undefined;

const tests = new Map<string, Test>([
  ['defined', (value) => !(value instanceof Undefined)],
  ['undefined', (value) => value instanceof Undefined],
  ['none', (value) => value === null],
  ['true', (value) => value === true],
  ['false', (value) => value === false],
  ['boolean', (value) => typeof value === 'boolean'],
  ['integer', (value) => typeof value === 'number'],
  ['float', (value) => value instanceof Float],
  ['number', (value) => isNumber(value)],
  ['string', (value) => typeof value === 'string'],
  ['mapping', (value) => isDict(value)],
  ['sequence', isSequence],
  ['iterable', isSequence],
  ['callable', (value) => typeof value === 'function'],
  ['odd', (value) => remainder(value, 2) === 1],
  ['even', (value) => remainder(value, 2) === 0],
  ['divisibleby', (value, [by = null]) => remainder(value, isNumber(by) ? toNumber(by) : 1) === 0],
  ['lower', (value) => isLower(toText(value))],
  ['upper', (value) => isUpper(toText(value))],
  ['in', (value, [container = null]) => isIn(value, container)],
  ['sameas', (value, [other = null]) => value === other],
  ...['eq', 'equalto', '=='].map((name) => [name, equals] as const),
  ...['ne', '!='].map((name) => [name, differs] as const),
  ...['lt', 'lessthan', '<'].map(
    (name) => [name, (value: Value, [other = null]: readonly Value[]) => compare(value, other) < 0] as const,
  ),
  ...['gt', 'greaterthan', '>'].map(
    (name) => [name, (value: Value, [other = null]: readonly Value[]) => compare(value, other) > 0] as const,
  ),
  ...['le', '<='].map(
    (name) => [name, (value: Value, [other = null]: readonly Value[]) => compare(value, other) <= 0] as const,
  ),
  ...['ge', '>='].map(
    (name) => [name, (value: Value, [other = null]: readonly Value[]) => compare(value, other) >= 0] as const,
  ),
]);
