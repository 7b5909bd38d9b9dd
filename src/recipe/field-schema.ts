/**
 * The recipe's schema as data: what a field may hold, its default and its description, looked up by path. Error
 * messages and the reference page are written from this, so they cannot say other than what is checked.
 */
import { z } from 'zod';
import { recipeSchema } from './schema.ts';

/** The part of JSON Schema that the recipe uses. */
export interface FieldSchema {
  readonly type?: 'object' | 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  /** Alternatives: of mappings told apart by a constant field (oneOf), or of plain values (anyOf). */
  readonly oneOf?: readonly FieldSchema[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
}

export type Path = readonly (string | number)[];

let wholeRecipe: FieldSchema | undefined;

/** The whole recipe, as it is written (defaults not yet filled in). */
export function recipeFields(): FieldSchema {
  wholeRecipe ??= z.toJSONSchema(recipeSchema, { io: 'input' }) as FieldSchema;
  return wholeRecipe;
}

/** `rl.optimiser.kind`; the empty path is the recipe itself. */
export function pathText(path: Path): string {
  return path.length === 0 ? 'recipe' : path.join('.');
}

/** The schema of the field at `path`; where there are alternatives, of the one that `recipe` (as read) chose. */
export function fieldAt(path: Path, recipe: unknown): FieldSchema | undefined {
  let field: FieldSchema | undefined = chosenAlternative(recipeFields(), recipe);
  let value = recipe;
  for (const segment of path) {
    value = childOf(value, segment);
    const child: FieldSchema | undefined =
      typeof segment === 'number' ? field?.items : ownProperty(field?.properties, segment);
    if (child === undefined) {
      // A constant that tells alternatives apart is asked for before any alternative is chosen.
      const options = field?.oneOf?.flatMap(
        (option) => ownProperty(option.properties, String(segment))?.const ?? [],
      );
      return options === undefined || options.length === 0
        ? undefined
        : { enum: options.filter((o) => typeof o !== 'boolean') };
    }
    field = chosenAlternative(child, value);
  }
  return field;
}

/** The value at `path`, or undefined. */
export function valueAt(path: Path, recipe: unknown): unknown {
  return path.reduce<unknown>(childOf, recipe);
}

/** In words, what the field may hold: `a positive integer`, `one of ppo, cispo`. */
export function expectation(field: FieldSchema): string {
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined) return `one of ${field.enum.join(', ')}`;
  if (field.anyOf !== undefined) return field.anyOf.map(expectation).join(' or ');
  if (field.oneOf !== undefined || field.type === 'object') return 'a mapping';
  if (field.type === 'integer') return numberText(field, 'an integer', 'a positive integer');
  if (field.type === 'number') return numberText(field, 'a number', 'a positive number');
  if (field.type === 'boolean') return 'true or false';
  if (field.type === 'array') return 'a list';
  return 'a text';
}

/** Paths of all fields with this name, for pointing at where a misplaced field belongs. */
export function pathsNamed(name: string): string[] {
  const found = new Set<string>();
  const visit = (field: FieldSchema, path: readonly string[]): void => {
    for (const option of field.oneOf ?? []) visit(option, path);
    for (const [key, child] of Object.entries(field.properties ?? {})) {
      if (key === name) found.add([...path, key].join('.'));
      visit(child, [...path, key]);
    }
  };
  visit(recipeFields(), []);
  return [...found];
}

/**
 * Every mapping has a field that says which alternative it is; a mapping without it has chosen the one that is meant where
 * none is named, if there is one.
 */
function chosenAlternative(field: FieldSchema, value: unknown): FieldSchema {
  const tells = (does: (key: string, child: FieldSchema) => boolean) =>
    field.oneOf?.find((option) =>
      Object.entries(option.properties ?? {}).some(
        ([key, child]) => child.const !== undefined && does(key, child),
      ),
    );
  const chosen =
    tells((key, child) => childOf(value, key) === child.const) ??
    tells((key, child) => childOf(value, key) === undefined && child.default === child.const);
  return chosen === undefined ? field : { ...chosen, description: field.description ?? '' };
}

function numberText(field: FieldSchema, plain: string, positive: string): string {
  const { minimum, exclusiveMinimum, maximum } = field;
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum === 0 && !bounded) return positive;
  if (minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER) {
    return bounded ? `${plain} from ${minimum} to ${maximum}` : `${plain} of at least ${minimum}`;
  }
  if (exclusiveMinimum !== undefined) {
    return `${plain} above ${exclusiveMinimum}${bounded ? ` and at most ${maximum}` : ''}`;
  }
  return bounded ? `${plain} of at most ${maximum}` : plain;
}

function childOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

function ownProperty<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
