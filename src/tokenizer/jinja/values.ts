/**
 * The values of a Jinja template, which are Python's, and how they are written, compared and taken for true. Whole
 * numbers are JavaScript's, floats are boxed so that 1.0 stays apart from 1; None is null. Texts are counted in code
 * points.
 */

export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** What is not there. Printing it gives nothing, looking into it or computing with it is an error. */
export class Undefined {
  readonly hint: string;
  constructor(hint: string) {
    this.hint = hint;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Named values that templates look into with a dot: `namespace()`, `loop`. Only namespaces can be written to. */
export class Namespace {
  readonly entries: Map<string, Value>;
  readonly kind: string;
  constructor(entries: Map<string, Value>, kind = 'Namespace') {
    this.entries = entries;
    this.kind = kind;
  }
}

export type Dict = ReadonlyMap<Value, Value>;
export type Keywords = ReadonlyMap<string, Value>;
export type Callable = (args: readonly Value[], keywords: Keywords) => Value;
export type Value =
  | null
  | boolean
  | number
  | string
  | Float
  | Undefined
  | Tuple
  | Namespace
  | readonly Value[]
  | Dict
  | Callable;

export class TemplateError extends Error {}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

export function isNumber(value: Value): value is number | boolean | Float {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Float;
}

export function toNumber(value: number | boolean | Float): number {
  return value instanceof Float ? value.value : Number(value);
}

/** A value of JavaScript, as from JSON, as a value of a template. */
export function fromJavaScript(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Float(value);
  if (value === undefined) return new Undefined('value is undefined');
  if (Array.isArray(value)) return value.map(fromJavaScript);
  if (typeof value === 'object') {
    const known = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return new Map(known.map(([key, entry]) => [key, fromJavaScript(entry)]));
  }
  throw new TemplateError(`a ${typeof value} cannot be given to a template`);
}

/** Python's name of the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'str';
  if (value instanceof Float) return 'float';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Namespace) return value.kind;
  if (isDict(value)) return 'dict';
  return isList(value) ? 'list' : 'function';
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (isNumber(value)) return toNumber(value) !== 0;
  if (typeof value === 'string') return value !== '';
  if (isList(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  return isDict(value) ? value.size > 0 : true;
}

/** What a loop goes over. */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (typeof value === 'string') return Array.from(value);
  if (isDict(value)) return [...value.keys()];
  if (value instanceof Undefined) return [];
  throw new TemplateError(`'${typeName(value)}' object is not iterable`);
}

export function lengthOf(value: Value): number {
  if (value instanceof Undefined) return 0;
  if (value === null || isNumber(value) || typeof value === 'function' || value instanceof Namespace) {
    throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
  }
  return isDict(value) ? value.size : itemsOf(value).length;
}

export function areEqual(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return toNumber(a) === toNumber(b);
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if ((isList(a) && isList(b)) || (a instanceof Tuple && b instanceof Tuple)) {
    const [left, right] = [itemsOf(a), itemsOf(b)];
    return left.length === right.length && left.every((item, i) => areEqual(item, right[i] ?? null));
  }
  if (isDict(a) && isDict(b)) {
    return (
      a.size === b.size && [...a].every(([key, item]) => b.has(key) && areEqual(item, b.get(key) ?? null))
    );
  }
  return a === b;
}

/** Negative, zero or positive; texts by code points. */
export function compare(a: Value, b: Value): number {
  if (isNumber(a) && isNumber(b)) return toNumber(a) - toNumber(b);
  const sequences =
    (typeof a === 'string' && typeof b === 'string') ||
    (isList(a) && isList(b)) ||
    (a instanceof Tuple && b instanceof Tuple);
  if (!sequences) {
    throw new TemplateError(`'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
  }
  const [left, right] = [itemsOf(a), itemsOf(b)];
  for (const [i, item] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (areEqual(item, other)) continue;
    if (typeof item === 'string' && typeof other === 'string' && typeof a === 'string') {
      return (item.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    }
    return compare(item, other);
  }
  return left.length - right.length;
}

/** Python's `str`: what is printed. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Undefined ? '' : toRepr(value);
}

/** Python's `repr`: how a value is written inside others. */
export function toRepr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value}` : `${BigInt(value)}`;
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Tuple) {
    return `(${value.items.map(toRepr).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  }
  if (isList(value)) return `[${value.map(toRepr).join(', ')}]`;
  if (isDict(value))
    return `{${[...value].map(([key, item]) => `${toRepr(key)}: ${toRepr(item)}`).join(', ')}}`;
  throw new TemplateError(`a ${typeName(value)} cannot be printed`);
}

/** As Python writes floats: shortest digits, an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

const escapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const written = Array.from(text, (character) => {
    const known = escapes.get(character) ?? (character === quote ? `\\${quote}` : undefined);
    if (known !== undefined) return known;
    if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`;
    return point < 0x10000
      ? `\\u${point.toString(16).padStart(4, '0')}`
      : `\\U${point.toString(16).padStart(8, '0')}`;
  });
  return `${quote}${written.join('')}${quote}`;
}

export interface JsonLayout {
  readonly indent: string | undefined;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
  readonly ensureAscii: boolean;
}

/** As `json.dumps` writes it. */
export function toJson(value: Value, layout: JsonLayout, margin = ''): string {
  if (value === null || typeof value === 'boolean') return `${value}`;
  if (typeof value === 'number' || value instanceof Float) return toRepr(value);
  if (typeof value === 'string') return jsonText(value, layout.ensureAscii);
  if (isList(value) || value instanceof Tuple) {
    return jsonBlock('[', ']', layout, margin, (inner) =>
      itemsOf(value).map((item) => toJson(item, layout, inner)),
    );
  }
  if (isDict(value)) {
    const entries = [...value];
    if (layout.sortKeys) entries.sort(([a], [b]) => compare(a, b));
    return jsonBlock('{', '}', layout, margin, (inner) =>
      entries.map(
        ([key, item]) =>
          jsonText(jsonKey(key), layout.ensureAscii) + layout.separators[1] + toJson(item, layout, inner),
      ),
    );
  }
  throw new TemplateError(`Object of type ${typeName(value)} is not JSON serializable`);
}

function jsonKey(key: Value): string {
  if (typeof key === 'string') return key;
  return key === null || typeof key === 'boolean' ? `${key}` : toRepr(key);
}

function jsonText(text: string, ensureAscii: boolean): string {
  const written = JSON.stringify(text);
  if (!ensureAscii) return written;
  return written.replace(/[\u007f-\uffff]/g, (unit) =>
    unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function jsonBlock(
  open: string,
  close: string,
  { indent, separators }: JsonLayout,
  margin: string,
  itemsAt: (inner: string) => readonly string[],
): string {
  const inner = indent === undefined ? '' : `\n${margin.replace('\n', '')}${indent}`;
  const items = itemsAt(inner);
  if (items.length === 0) return open + close;
  const end = indent === undefined ? '' : `\n${margin.replace('\n', '')}`;
  return open + inner + items.join(separators[0] + inner) + end + close;
}
