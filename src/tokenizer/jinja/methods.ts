/**
 * Methods of texts and dictionaries that templates call, as Python's. Those that would change a value are not there:
 * transformers runs templates where nothing can be changed.
 */
import {
  type Callable,
  type Dict,
  isDict,
  isNumber,
  itemsOf,
  type Keywords,
  lengthOf,
  TemplateError,
  Tuple,
  toNumber,
  toText,
  typeName,
  type Value,
} from './values.ts';

type Method<Self> = (self: Self, args: readonly Value[], keywords: Keywords) => Value;

/** A method of a value by name, or undefined. */
export function methodOf(value: Value, name: string): Callable | undefined {
  if (typeof value === 'string') {
    const method = textMethods.get(name);
    return method && ((args, keywords) => method(value, args, keywords));
  }
  if (isDict(value)) {
    const method = dictMethods.get(name);
    return method && ((args, keywords) => method(value, args, keywords));
  }
  return undefined;
}

/** A text argument. */
export function textArgument(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`${what} must be str, not ${value === undefined ? 'nothing' : typeName(value)}`);
}

/** A whole-number argument, or what stands for none. */
export function countArgument(value: Value | undefined, none: number): number {
  if (value === undefined || value === null) return none;
  if (isNumber(value)) return Math.trunc(toNumber(value));
  throw new TemplateError(`'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** White space to Python: Unicode's, and four separators that are control characters. */
function isSpace(point: string): boolean {
  return /^\s$/.test(point) ? point !== '\ufeff' : '\u001c\u001d\u001e\u001f\u0085'.includes(point);
}

/** What ends a line to Python, beside CR LF. */
const lineEnds = new Set('\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029');

/** Python's `strip`: takes away white space, or the characters that are given. */
export function strip(text: string, characters: Value | undefined, left: boolean, right: boolean): string {
  const given =
    characters === undefined || characters === null ? undefined : textArgument(characters, 'strip arg');
  const set = given === undefined ? undefined : new Set(given);
  const goes = (point: string): boolean => (set === undefined ? isSpace(point) : set.has(point));
  const points = [...text];
  let [start, end] = [0, points.length];
  while (left && start < end && goes(points[start] ?? '')) start += 1;
  while (right && end > start && goes(points[end - 1] ?? '')) end -= 1;
  return points.slice(start, end).join('');
}

/** The first letter of each word large, others small; a word goes on as long as letters do. */
export function titleCase(text: string): string {
  return text.replace(/\p{Cased}+/gu, (word) => capitalised(word));
}

export function capitalised(text: string): string {
  const [first = '', ...rest] = text;
  return titleForm(first) + rest.join('').toLowerCase();
}

/** Large as the first of a word: some letters have a form for that, and ß is two. */
function titleForm(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0x1c4 && point <= 0x1cc) return String.fromCodePoint(point - ((point - 0x1c4) % 3) + 1);
  if (point >= 0x1f1 && point <= 0x1f3) return '\u01f2';
  return point === 0xdf ? 'Ss' : character.toUpperCase();
}

export function replaceText(text: string, old: string, fresh: string, count = -1): string {
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  if (count < 0 || count >= parts.length - 1) return parts.join(fresh);
  const tail = old === '' ? parts.slice(count).join('') : parts.slice(count).join(old);
  return [...parts.slice(0, count), tail].join(fresh);
}

function split(text: string, separator: Value | undefined, limit: number): string[] {
  if (separator === undefined || separator === null) {
    const words: string[] = [];
    let at = 0;
    const skipSpace = (): void => {
      while (at < text.length && isSpace(text.charAt(at))) at += 1;
    };
    skipSpace();
    while (at < text.length) {
      if (limit >= 0 && words.length === limit) return [...words, text.slice(at)];
      const start = at;
      while (at < text.length && !isSpace(text.charAt(at))) at += 1;
      words.push(text.slice(start, at));
      skipSpace();
    }
    return words;
  }
  const by = separatorOf(separator);
  const parts = text.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(by)];
}

function splitLines(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charAt(i);
    if (!lineEnds.has(unit)) {
      line += unit;
      continue;
    }
    if (unit === '\r' && text.charAt(i + 1) === '\n') i += 1;
    lines.push(line);
    line = '';
  }
  return line === '' ? lines : [...lines, line];
}

function splitFromRight(text: string, separator: Value | undefined, limit: number): string[] {
  if (separator === undefined || separator === null) {
    if (limit < 0) return split(text, separator, limit);
    throw new TemplateError('rsplit by white space with a limit is not computed');
  }
  const by = separatorOf(separator);
  const parts = text.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  const cut = parts.length - limit;
  return [parts.slice(0, cut).join(by), ...parts.slice(cut)];
}

function separatorOf(separator: Value): string {
  const by = textArgument(separator, 'separator');
  if (by === '') throw new TemplateError('empty separator');
  return by;
}

function startsOrEnds(text: string, given: Value | undefined, how: 'startsWith' | 'endsWith'): boolean {
  const options = given instanceof Tuple ? given.items : [given];
  return options.some((option) => text[how](textArgument(option, 'prefix')));
}

/** Of code points, not of units. */
function indexIn(text: string, unitIndex: number): number {
  return unitIndex < 0 ? -1 : [...text.slice(0, unitIndex)].length;
}

function padded(text: string, width: number, fill: string, side: 'left' | 'right' | 'both'): string {
  const missing = Math.max(0, width - lengthOf(text));
  if (side === 'left') return fill.repeat(missing) + text;
  if (side === 'right') return text + fill.repeat(missing);
  const before = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

function partition(
  text: string,
  separator: Value | undefined,
  at: number,
): readonly [string, string, string] | undefined {
  const by = separatorOf(separator ?? '');
  return at < 0 ? undefined : [text.slice(0, at), by, text.slice(at + by.length)];
}

function isAll(text: string, pattern: RegExp): boolean {
  return text !== '' && Array.from(text).every((point) => pattern.test(point));
}

const textMethods = new Map<string, Method<string>>([
  ['strip', (text, [characters]) => strip(text, characters, true, true)],
  ['lstrip', (text, [characters]) => strip(text, characters, true, false)],
  ['rstrip', (text, [characters]) => strip(text, characters, false, true)],
  ['upper', (text) => text.toUpperCase()],
  ['lower', (text) => text.toLowerCase()],
  ['title', (text) => titleCase(text)],
  ['capitalize', (text) => capitalised(text)],
  [
    'split',
    (text, [by, limit], keywords) =>
      split(text, by ?? keywords.get('sep'), countArgument(limit ?? keywords.get('maxsplit'), -1)),
  ],
  [
    'rsplit',
    (text, [by, limit], keywords) =>
      splitFromRight(text, by ?? keywords.get('sep'), countArgument(limit ?? keywords.get('maxsplit'), -1)),
  ],
  ['splitlines', splitLines],
  [
    'partition',
    (text, [by]) =>
      new Tuple(partition(text, by, text.indexOf(textArgument(by, 'separator'))) ?? [text, '', '']),
  ],
  [
    'rpartition',
    (text, [by]) =>
      new Tuple(partition(text, by, text.lastIndexOf(textArgument(by, 'separator'))) ?? ['', '', text]),
  ],
  [
    'replace',
    (text, [old, fresh, count]) =>
      replaceText(
        text,
        textArgument(old, 'replace() argument'),
        textArgument(fresh, 'replace() argument'),
        countArgument(count, -1),
      ),
  ],
  ['startswith', (text, [prefix]) => startsOrEnds(text, prefix, 'startsWith')],
  ['endswith', (text, [suffix]) => startsOrEnds(text, suffix, 'endsWith')],
  [
    'removeprefix',
    (text, [prefix]) => {
      const gone = textArgument(prefix, 'prefix');
      return text.startsWith(gone) ? text.slice(gone.length) : text;
    },
  ],
  [
    'removesuffix',
    (text, [suffix]) => {
      const gone = textArgument(suffix, 'suffix');
      return gone !== '' && text.endsWith(gone) ? text.slice(0, -gone.length) : text;
    },
  ],
  ['find', (text, [part]) => indexIn(text, text.indexOf(textArgument(part, 'find() argument')))],
  ['rfind', (text, [part]) => indexIn(text, text.lastIndexOf(textArgument(part, 'rfind() argument')))],
  [
    'index',
    (text, [part]) => {
      const at = text.indexOf(textArgument(part, 'index() argument'));
      if (at < 0) throw new TemplateError('substring not found');
      return indexIn(text, at);
    },
  ],
  [
    'count',
    (text, [part]) => {
      const of = textArgument(part, 'count() argument');
      return of === '' ? lengthOf(text) + 1 : text.split(of).length - 1;
    },
  ],
  [
    'join',
    (text, [items]) =>
      itemsOf(items ?? null)
        .map((item) => textArgument(item, 'sequence item'))
        .join(text),
  ],
  [
    'zfill',
    (text, [width]) =>
      /^[+-]/.test(text)
        ? text.slice(0, 1) + padded(text.slice(1), countArgument(width, 0) - 1, '0', 'left')
        : padded(text, countArgument(width, 0), '0', 'left'),
  ],
  [
    'center',
    (text, [width, fill]) => padded(text, countArgument(width, 0), textArgument(fill ?? ' ', 'fill'), 'both'),
  ],
  [
    'ljust',
    (text, [width, fill]) =>
      padded(text, countArgument(width, 0), textArgument(fill ?? ' ', 'fill'), 'right'),
  ],
  [
    'rjust',
    (text, [width, fill]) => padded(text, countArgument(width, 0), textArgument(fill ?? ' ', 'fill'), 'left'),
  ],
  ['isalpha', (text) => isAll(text, /^\p{L}$/u)],
  ['isdigit', (text) => isAll(text, /^[\p{Nd}²³¹⁰⁴-⁹₀-₉]$/u)],
  ['isalnum', (text) => isAll(text, /^[\p{L}\p{N}]$/u)],
  ['isspace', (text) => text !== '' && Array.from(text).every(isSpace)],
  ['isupper', (text) => isUpper(text)],
  ['islower', (text) => isLower(text)],
  [
    'swapcase',
    (text) =>
      Array.from(text, (point) =>
        point === point.toUpperCase() ? point.toLowerCase() : point.toUpperCase(),
      ).join(''),
  ],
  ['format', formatBraces],
]);

export function isUpper(text: string): boolean {
  return /\p{Cased}/u.test(text) && !/[\p{Ll}\p{Lt}]/u.test(text);
}

export function isLower(text: string): boolean {
  return /\p{Cased}/u.test(text) && !/[\p{Lu}\p{Lt}]/u.test(text);
}

/** `'{} {0} {name}'.format(…)` without format specifications. */
function formatBraces(text: string, args: readonly Value[], keywords: Keywords): string {
  let next = 0;
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (match, field: string | undefined) => {
    if (match === '{{' || match === '}}') return match.slice(1);
    if (field === undefined || !/^\w*$/.test(field))
      throw new TemplateError(`format field ${match} is not computed`);
    const value =
      field === '' ? args[next++] : /^\d+$/.test(field) ? args[Number(field)] : keywords.get(field);
    if (value === undefined) throw new TemplateError(`format field ${match} has no value`);
    return toText(value);
  });
}

const dictMethods = new Map<string, Method<Dict>>([
  ['items', (dict) => dictItems(dict)],
  ['keys', (dict) => [...dict.keys()]],
  ['values', (dict) => [...dict.values()]],
  ['get', (dict, [key, fallback]) => dict.get(key ?? null) ?? fallback ?? null],
  ['copy', (dict) => new Map(dict)],
]);

export function dictItems(dict: Dict): Tuple[] {
  return [...dict].map(([key, value]) => new Tuple([key, value]));
}
