/**
 * Jinja's filters, with `tojson` as transformers has it (`json.dumps` without escaping for HTML). A filter or argument
 * that is not known is an error.
 */
import { capitalised, countArgument, dictItems, replaceText, strip, textArgument } from './methods.ts';
import { applyTest } from './tests.ts';
import {
  areEqual,
  compare,
  Float,
  isDict,
  isList,
  isNumber,
  isTrue,
  itemsOf,
  type Keywords,
  lengthOf,
  TemplateError,
  Tuple,
  toJson,
  toNumber,
  toText,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

type Filter = (value: Value, args: readonly Value[], keywords: Keywords) => Value;

/** Applies a filter by name. */
export function applyFilter(name: string, value: Value, args: readonly Value[], keywords: Keywords): Value {
  const filter = filters.get(name);
  if (filter === undefined) throw new TemplateError(`No filter named '${name}'`);
  return filter(value, args, keywords);
}

/** What stands under a path like `function.name` or `0` in a value. */
export function attributeOf(value: Value, path: Value): Value {
  let at = value;
  for (const key of toText(path).split('.')) {
    if (at instanceof Undefined) throw new TemplateError(at.hint);
    const item: Value | undefined = isDict(at)
      ? at.get(key)
      : isList(at) || at instanceof Tuple
        ? itemsOf(at)[Number(key)]
        : undefined;
    at = item === undefined ? new Undefined(`'${typeName(at)} object' has no attribute '${key}'`) : item;
  }
  return at;
}

/** Whether a sequence keeps an item, by a test and its arguments or by being true. */
function keeps(item: Value, [test, ...args]: readonly Value[]): boolean {
  return test === undefined ? isTrue(item) : applyTest(toText(test), item, args);
}

function keyOf(path: Value | undefined, caseSensitive: boolean): (item: Value) => Value {
  return (item) => {
    const value = path === undefined || path === null ? item : attributeOf(item, path);
    return typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value;
  };
}

function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: boolean): Value[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)));
  return keyed.map(({ item }) => item);
}

function extreme(value: Value, sign: number): Value {
  const items = itemsOf(value);
  const key = keyOf(undefined, false);
  return (
    items.reduce(
      (best: Value | undefined, item) =>
        best === undefined || sign * compare(key(item), key(best)) < 0 ? item : best,
      undefined,
    ) ?? new Undefined('No aggregated item, sequence was empty.')
  );
}

function numberFrom(value: Value): number | undefined {
  if (isNumber(value)) return toNumber(value);
  if (typeof value !== 'string' || !/^\s*[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value))
    return undefined;
  return Number(value.replaceAll('_', ''));
}

/** Half to even, as Python rounds. */
function rounded(value: number, digits: number, method: string): number {
  const scale = 10 ** digits;
  if (method === 'ceil') return Math.ceil(value * scale) / scale;
  if (method === 'floor') return Math.floor(value * scale) / scale;
  if (digits > 0) return Number(value.toFixed(digits));
  const nearest = Math.round(value * scale);
  const isHalf = Math.abs(value * scale - Math.trunc(value * scale)) === 0.5;
  return (isHalf && nearest % 2 !== 0 ? nearest - 1 : nearest) / scale;
}

function indented(text: string, width: Value | undefined, first: boolean, blank: boolean): string {
  const margin = typeof width === 'string' ? width : ' '.repeat(countArgument(width, 4));
  const lines = text.split('\n');
  return lines.map((line, i) => ((i === 0 ? first : blank || line !== '') ? margin + line : line)).join('\n');
}

const flag = (value: Value | undefined): boolean => value !== undefined && isTrue(value);
const text = (value: Value): string => toText(value);

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};
const escapeHtml: Filter = (value) =>
  text(value).replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? '');

const defaultTo: Filter = (value, [fallback = '', whenFalse], keywords) =>
  value instanceof Undefined || (flag(whenFalse ?? keywords.get('boolean')) && !isTrue(value))
    ? (keywords.get('default_value') ?? fallback)
    : value;

const tojson: Filter = (value, [ensureAscii, indentArgument], keywords) => {
  const indent = indentArgument ?? keywords.get('indent') ?? null;
  const separators = keywords.get('separators');
  const given = separators === undefined || separators === null ? undefined : itemsOf(separators).map(text);
  return toJson(value, {
    indent:
      indent === null
        ? undefined
        : typeof indent === 'string'
          ? indent
          : ' '.repeat(countArgument(indent, 0)),
    separators: [given?.[0] ?? (indent === null ? ', ' : ','), given?.[1] ?? ': '],
    sortKeys: flag(keywords.get('sort_keys')),
    ensureAscii: flag(ensureAscii ?? keywords.get('ensure_ascii')),
  });
};

const map: Filter = (value, [name, ...args], keywords) => {
  const path = keywords.get('attribute');
  if (path !== undefined) {
    const fallback = keywords.get('default');
    return itemsOf(value).map((item) => {
      const found = attributeOf(item, path);
      return found instanceof Undefined && fallback !== undefined ? fallback : found;
    });
  }
  if (name === undefined) throw new TemplateError('map requires a filter argument');
  return itemsOf(value).map((item) => applyFilter(toText(name), item, args, keywords));
};

const select =
  (wanted: boolean): Filter =>
  (value, args) =>
    itemsOf(value).filter((item) => keeps(item, args) === wanted);
const selectAttribute =
  (wanted: boolean): Filter =>
  (value, [path = '', ...args]) =>
    itemsOf(value).filter((item) => keeps(attributeOf(item, path), args) === wanted);

const filters = new Map<string, Filter>([
  [
    'abs',
    (value) => {
      if (!isNumber(value)) throw new TemplateError(`bad operand type for abs(): '${typeName(value)}'`);
      const size = Math.abs(toNumber(value));
      return value instanceof Float ? new Float(size) : size;
    },
  ],
  [
    'batch',
    (value, [size, fill]) => {
      const items = itemsOf(value);
      const width = countArgument(size, 1);
      const rows = Array.from({ length: Math.ceil(items.length / width) }, (_, i) =>
        items.slice(i * width, (i + 1) * width),
      );
      return rows.map((row) =>
        fill === undefined || fill === null
          ? row
          : [...row, ...Array.from({ length: width - row.length }, () => fill)],
      );
    },
  ],
  ['capitalize', (value) => capitalised(text(value))],
  ['count', (value) => lengthOf(value)],
  ['d', defaultTo],
  ['default', defaultTo],
  [
    'dictsort',
    (value, [caseSensitive]) => {
      if (!isDict(value)) throw new TemplateError('dictsort needs a dictionary');
      return sorted(dictItems(value), (item) => keyOf('0', flag(caseSensitive))(item), false);
    },
  ],
  ['e', escapeHtml],
  ['escape', escapeHtml],
  ['first', (value) => itemsOf(value)[0] ?? new Undefined('No first item, sequence was empty.')],
  [
    'float',
    (value, [fallback = new Float(0)]) => {
      const number = numberFrom(value);
      return number === undefined ? fallback : new Float(number);
    },
  ],
  [
    'groupby',
    (value, [path = ''], keywords) => {
      const key = keyOf(keywords.get('attribute') ?? path, false);
      const groups: { readonly key: Value; readonly items: Value[] }[] = [];
      for (const item of sorted(itemsOf(value), key, false)) {
        const last = groups.at(-1);
        if (last !== undefined && areEqual(last.key, key(item))) last.items.push(item);
        else groups.push({ key: key(item), items: [item] });
      }
      return groups.map(
        (group) =>
          new Tuple([attributeOf(group.items[0] ?? null, keywords.get('attribute') ?? path), group.items]),
      );
    },
  ],
  [
    'indent',
    (value, [width, first, blank], keywords) =>
      indented(
        text(value),
        width ?? keywords.get('width'),
        flag(first ?? keywords.get('first')),
        flag(blank ?? keywords.get('blank')),
      ),
  ],
  [
    'int',
    (value, [fallback = 0]) => {
      const number = numberFrom(value);
      return number === undefined || !Number.isFinite(number) ? fallback : Math.trunc(number);
    },
  ],
  [
    'items',
    (value) => {
      if (value instanceof Undefined) return [];
      if (!isDict(value)) throw new TemplateError('Can only get item pairs from a mapping.');
      return dictItems(value);
    },
  ],
  [
    'join',
    (value, [separator = ''], keywords) => {
      const path = keywords.get('attribute');
      const items = itemsOf(value).map((item) => (path === undefined ? item : attributeOf(item, path)));
      return items.map(text).join(text(keywords.get('d') ?? separator));
    },
  ],
  ['last', (value) => itemsOf(value).at(-1) ?? new Undefined('No last item, sequence was empty.')],
  ['length', (value) => lengthOf(value)],
  ['list', (value) => [...itemsOf(value)]],
  ['lower', (value) => text(value).toLowerCase()],
  ['map', map],
  ['max', (value) => extreme(value, -1)],
  ['min', (value) => extreme(value, 1)],
  ['reject', select(false)],
  ['rejectattr', selectAttribute(false)],
  [
    'replace',
    (value, [old, fresh, count]) =>
      replaceText(
        text(value),
        textArgument(old, 'replace argument'),
        textArgument(fresh, 'replace argument'),
        countArgument(count, -1),
      ),
  ],
  [
    'reverse',
    (value) => (typeof value === 'string' ? [...value].reverse().join('') : itemsOf(value).toReversed()),
  ],
  [
    'round',
    (value, [precision, method], keywords) => {
      if (!isNumber(value)) throw new TemplateError(`type ${typeName(value)} doesn't define round`);
      return new Float(
        rounded(
          toNumber(value),
          countArgument(precision ?? keywords.get('precision'), 0),
          text(method ?? keywords.get('method') ?? 'common'),
        ),
      );
    },
  ],
  ['safe', (value) => text(value)],
  ['select', select(true)],
  ['selectattr', selectAttribute(true)],
  [
    'sort',
    (value, [reverse, caseSensitive, attribute], keywords) =>
      sorted(
        itemsOf(value),
        keyOf(attribute ?? keywords.get('attribute'), flag(caseSensitive ?? keywords.get('case_sensitive'))),
        flag(reverse ?? keywords.get('reverse')),
      ),
  ],
  ['string', text],
  [
    'sum',
    (value, [path, start], keywords) => {
      const attribute = path ?? keywords.get('attribute') ?? null;
      const items = itemsOf(value).map((item) => (attribute === null ? item : attributeOf(item, attribute)));
      return items.reduce((total: Value, item) => add(total, item), start ?? keywords.get('start') ?? 0);
    },
  ],
  // By the filter words end at spaces and brackets; by the method at whatever is no letter.
  ['title', (value) => text(value).replace(/[^-\s([{<]+/gu, capitalised)],
  ['tojson', tojson],
  [
    'trim',
    (value, [characters], keywords) => strip(text(value), characters ?? keywords.get('chars'), true, true),
  ],
  [
    'unique',
    (value, [caseSensitive, attribute], keywords) => {
      const key = keyOf(
        attribute ?? keywords.get('attribute'),
        flag(caseSensitive ?? keywords.get('case_sensitive')),
      );
      const seen: Value[] = [];
      return itemsOf(value).filter((item) => {
        if (seen.some((other) => areEqual(other, key(item)))) return false;
        seen.push(key(item));
        return true;
      });
    },
  ],
  ['upper', (value) => text(value).toUpperCase()],
  ['wordcount', (value) => (text(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length],
]);

/** Python's `+`. */
export function add(a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) {
    const total = toNumber(a) + toNumber(b);
    return a instanceof Float || b instanceof Float ? new Float(total) : total;
  }
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (isList(a) && isList(b)) return [...a, ...b];
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  for (const operand of [a, b]) if (operand instanceof Undefined) throw new TemplateError(operand.hint);
  throw new TemplateError(
    typeof a === 'string'
      ? `can only concatenate str (not "${typeName(b)}") to str`
      : `unsupported operand type(s) for +: '${typeName(a)}' and '${typeName(b)}'`,
  );
}
