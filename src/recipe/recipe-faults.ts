/**
 * Turns what the schema refused into faults a person can act on: where it stands, what was expected and found,
 * and what would be valid (the nearest name, the allowed ones, the default).
 */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type { z } from 'zod';
import {
  expectation,
  type FieldSchema,
  fieldAt,
  type Path,
  pathsNamed,
  pathText,
  valueAt,
} from './field-schema.ts';
import { type Override, withValue } from './override.ts';
import type { RecipeFault } from './recipe-error.ts';
import { nearest } from './suggestion.ts';

export interface RecipeSource {
  /** The file's name in messages. */
  readonly shown: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** The file's content, and the same with the overrides in it. */
  readonly written: unknown;
  readonly value: unknown;
  readonly overrides: readonly Override[];
}

/** One fault per refused field, in the order of the file; faults of `--set` come last. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], source: RecipeSource): RecipeFault[] {
  const located = issues.flatMap((issue) => {
    const at = issue.path.filter((segment) => typeof segment !== 'symbol');
    if (issue.code !== 'unrecognized_keys') {
      const { where, order } = locate(at, source, 'value');
      return [{ order, fault: { where, field: at.join('.'), ...refusedValue(issue, at, source) } }];
    }
    return issue.keys.map((key) => {
      const path = [...at, key];
      const { where, order } = locate(path, source, 'key');
      return { order, fault: { where, field: path.join('.'), ...unknownField(at, key, source) } };
    });
  });
  return located.sort((a, b) => a.order - b.order).map(({ fault }) => fault);
}

function unknownField(
  parent: Path,
  key: string,
  source: RecipeSource,
): Pick<RecipeFault, 'message' | 'hints'> {
  const allowed = Object.keys(fieldAt(parent, source.value)?.properties ?? {});
  const near = nearest(key, allowed);
  const namesakes = pathsNamed(key).filter((path) => path !== [...parent, key].join('.'));
  const kinds = kindsWith(parent, key, source);
  const below = namesakes.filter((path) => path.startsWith(`${parent.join('.')}.`));
  const elsewhere = below.length > 0 ? below : namesakes;
  const hints: string[] = [];
  if (kinds.length > 0) {
    const kind = valueAt([...parent, 'kind'], source.value) ?? kinds[0];
    hints.push(
      `It belongs to kind: ${kinds.join(', kind: ')}. Another kind replaces the whole mapping: --set '${parent.join('.')}={ kind: ${kind}, … }'`,
    );
  } else if (near !== undefined) hints.push(`Did you mean ${near}?`);
  else if (elsewhere.length > 0) hints.push(`There is ${elsewhere.join(', ')}.`);
  if (allowed.length > 0) hints.push(`Fields of ${pathText(parent)}: ${allowed.join(', ')}`);
  return { message: 'there is no such field', hints };
}

/** The other kinds of the mapping at `parent` that have the field `key`. */
function kindsWith(parent: Path, key: string, source: RecipeSource): string[] {
  const names = parent.filter((segment) => typeof segment === 'string');
  if (names.length === 0 || names.length < parent.length) return [];
  // With a kind that there is not the mapping has chosen none, and its schema shows all.
  const options = fieldAt(parent, withValue(source.value, names, { kind: null }))?.oneOf ?? [];
  return options.flatMap(({ properties = {} }) =>
    Object.hasOwn(properties, key) && properties.kind?.const !== undefined
      ? String(properties.kind.const)
      : [],
  );
}

function refusedValue(
  issue: z.core.$ZodIssue,
  at: Path,
  source: RecipeSource,
): Pick<RecipeFault, 'message' | 'hints'> {
  const field = fieldAt(at, source.value);
  const found = valueAt(at, source.value);
  if (issue.code === 'custom') return { message: issue.message, hints: [] };
  if (field === undefined) return { message: issue.message, hints: [] };
  const expected = issue.code === 'invalid_format' ? issue.message : expectation(field);
  const message =
    found === undefined
      ? `is missing; expected ${expected}`
      : `expected ${expected}, got ${foundText(found)}`;
  return { message, hints: valueHints(field, found) };
}

function valueHints(field: FieldSchema, found: unknown): string[] {
  const hints: string[] = [];
  const choices = [field, ...(field.anyOf ?? [])].flatMap((option) => option.enum ?? option.const ?? []);
  const near = typeof found === 'string' ? nearest(found, choices.map(String)) : undefined;
  if (near !== undefined) hints.push(`Did you mean ${near}?`);
  const kinds = field.oneOf?.flatMap((option) => Object.values(option.properties ?? {})[0]?.const ?? []);
  if (kinds !== undefined && kinds.length > 0)
    hints.push(`It begins with kind: ${kinds.join(', or kind: ')}`);
  else if (field.properties !== undefined)
    hints.push(`Its fields: ${Object.keys(field.properties).join(', ')}`);
  const standard =
    field.default === undefined || field.properties !== undefined
      ? ''
      : `Default: ${JSON.stringify(field.default)}.`;
  const about = [standard, field.description ?? ''].filter((text) => text !== '').join(' ');
  if (about !== '') hints.push(about);
  return hints;
}

function foundText(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * Where a path stands: at the `--set` that wrote it, else at its line, else (a missing field) at the line of the
 * mapping that lacks it, or at the `--set` that began that mapping.
 */
export function locate(
  path: Path,
  source: Omit<RecipeSource, 'value'>,
  part: 'key' | 'value',
): { where: string; order: number } {
  const begins = (whole: Path, start: Path) =>
    start.every((segment, i) => String(whole[i]) === String(segment));
  const atSet = (override: Override) => ({
    where: override.written,
    order: Number.MAX_SAFE_INTEGER + source.overrides.indexOf(override),
  });
  // A `--set` below a path that the file has no mapping at made that mapping.
  const isMade = typeof (valueAt(path, source.written) ?? undefined) !== 'object';
  const direct = source.overrides.findLast(
    (override) => begins(path, override.path) || (isMade && begins(override.path, path)),
  );
  if (direct !== undefined) return atSet(direct);

  let node: unknown = source.document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, segment] of path.entries()) {
    const child = childNode(source.document, node, segment);
    if (child === undefined) {
      const wrote = source.overrides.findLast((override) => begins(override.path, path.slice(0, depth + 1)));
      if (wrote !== undefined) return atSet(wrote);
      break;
    }
    offset = offsetOf(child.key) ?? offsetOf(child.value) ?? offset;
    // A plain value stands for itself; a mapping or a list, which begins on a later line, by its key.
    const isLast = depth === path.length - 1;
    if (isLast && part === 'value' && isScalar(child.value)) offset = offsetOf(child.value) ?? offset;
    node = child.value;
  }
  const { line, col } = source.lines.linePos(offset);
  return { where: `${source.shown}:${Math.max(line, 1)}:${Math.max(col, 1)}`, order: offset };
}

function childNode(
  document: Document,
  parent: unknown,
  segment: string | number,
): { key: unknown; value: unknown } | undefined {
  const resolved = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(resolved)) {
    const pair = resolved.items.find(
      ({ key }) => String(isScalar(key) ? key.value : key) === String(segment),
    );
    return pair === undefined ? undefined : { key: pair.key, value: pair.value };
  }
  if (isSeq(resolved)) {
    const item = resolved.items[Number(segment)];
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  return undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
