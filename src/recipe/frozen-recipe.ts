/**
 * A run directory keeps the recipe it was begun with, and goes on only with that one. This says in which fields a
 * recipe differs from the frozen one.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { type Recipe, recipeSchema } from './schema.ts';

export interface FieldDifference {
  /** Dotted path. */
  readonly field: string;
  /** As YAML-like text; `absent` where a recipe does not have the field. */
  readonly frozen: string;
  readonly now: string;
}

/** The name of the run's recipe, or undefined when the text is not a recipe at all. */
export function frozenName(text: string): string | undefined {
  const value = parseOrUndefined(text);
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? value.name
    : undefined;
}

/** They say where a server is, not what it computes: it may have moved, or been started elsewhere. */
const places = ['engine.url', 'engine.apiKeyVariable'];

/** Fields in which `recipe` differs from the frozen text; none means that the run can go on. */
export function frozenDifferences(text: string, recipe: Recipe): FieldDifference[] {
  const written = parseOrUndefined(text);
  // A field that is newer than the run gets its default, so that an update of QED alone is no difference.
  const parsed = recipeSchema.safeParse(written);
  const before = leaves(parsed.success ? parsed.data : written);
  const now = leaves(recipe);
  const fields = new Set([...before.keys(), ...now.keys()]);
  return [...fields]
    .filter((field) => !places.includes(field) && !isDeepStrictEqual(before.get(field), now.get(field)))
    .map((field) => ({ field, frozen: valueText(before.get(field)), now: valueText(now.get(field)) }));
}

function leaves(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value))
      leaves(child, path === '' ? key : `${path}.${key}`, into);
  } else if (value !== undefined) {
    into.set(path, value);
  }
  return into;
}

function valueText(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function parseOrUndefined(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // A torn or edited file: it has no fields, so everything differs.
    return undefined;
  }
}
