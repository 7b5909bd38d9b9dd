import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type FieldSchema, recipeFields, valueAt } from './field-schema.ts';
import { tinyRecipe } from './fixtures/sitting.ts';
import { loadRecipe } from './load.ts';
import { withValue } from './override.ts';
import { silentProgress } from './progress.ts';
import { runRecipe } from './run.ts';
import { type Recipe, type StageId, stagesOf } from './schema.ts';
import { stageInputs, stageKey } from './stage-inputs.ts';

const tinyRc = loadRecipe(tinyRecipe.replace('tiny.yaml', 'tiny-rc.yaml'));
const plain = loadRecipe(tinyRecipe);
/** With every stage. */
const tiny: Recipe = { ...plain.recipe, rc: tinyRc.recipe.rc };

/** Dotted paths of every field that a recipe can have, mappings left out. */
function fieldsOf(field: FieldSchema, prefix = ''): string[] {
  const kinds = [field, ...(field.oneOf ?? [])];
  const paths = kinds.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([name, child]) =>
      child.properties === undefined && child.oneOf === undefined
        ? [`${prefix}${name}`]
        : fieldsOf(child, `${prefix}${name}.`),
    ),
  );
  return [...new Set(paths)];
}

const changed = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return typeof value === 'string' ? `${value} changed` : 1;
};

/** Whether what lies at `field` is part of what is read, or the other way round. */
const touches = (paths: readonly string[], field: string): boolean =>
  paths.some((read) => field === read || field.startsWith(`${read}.`) || read.startsWith(`${field}.`));

/** Stages that the recipe's stage takes results of, and those that these do. */
function ancestors(recipe: Recipe, stage: StageId): StageId[] {
  const parents = stageInputs[stage].after(recipe).filter((parent) => stagesOf(recipe).includes(parent));
  return [...new Set(parents.flatMap((parent) => [parent, ...ancestors(recipe, parent)]))];
}

test('over all fields: a change of what a stage reads changes its key and those of what comes after; any other does not', () => {
  const fields = fieldsOf(recipeFields());
  assert.ok(fields.length > 100, `${fields.length} fields`);
  for (const field of fields) {
    const at = field.split('.');
    const other = withValue(tiny, at, changed(valueAt(at, tiny))) as Recipe;
    for (const stage of stagesOf(tiny)) {
      const read = [stage, ...ancestors(tiny, stage)].some((one) => touches(stageInputs[one].reads, field));
      const differs = stageKey(other, stage) !== stageKey(tiny, stage);
      assert.equal(differs, read, `${field} and stage ${stage}`);
    }
  }
});

test('whether the recipe has a stage that another asks for is part of its key', () => {
  const without = (stage: StageId) => withValue(tiny, [stage], null) as Recipe;
  assert.notEqual(stageKey(without('judge'), 'data'), stageKey(tiny, 'data'));
  assert.notEqual(stageKey(without('evaluate'), 'sft'), stageKey(tiny, 'sft'));
  assert.equal(stageKey(without('evaluate'), 'rl').length, 64);
  assert.equal(stageKey(without('rl'), 'judge'), stageKey(tiny, 'judge'));
});

test('reinforcement learning from the base model does not depend on fine-tuning', () => {
  const from = (name: string, learningRate: number) => {
    const begun = withValue(tiny, ['rl', 'from'], name);
    return withValue(begun, ['sft', 'optimiser', 'learningRate'], learningRate) as Recipe;
  };
  assert.equal(stageKey(from('base', 0.01), 'rl'), stageKey(from('base', 0.02), 'rl'));
  assert.notEqual(stageKey(from('sft', 0.01), 'rl'), stageKey(from('sft', 0.02), 'rl'));
});

describe('a run reads nothing of its recipe in a stage but what the stage declares', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'qed-inputs-'));
  });
  after(async () => await rm(root, { recursive: true }));

  for (const { recipe, text, directory } of [plain, tinyRc]) {
    test(recipe.name, async () => {
      const runDirectory = path.join(root, recipe.name);
      const seen = new Map<StageId, Set<string>>();
      let stage: StageId | undefined;
      const noted = (field: string): void => {
        if (stage === undefined) return;
        const fields = seen.get(stage) ?? new Set();
        seen.set(stage, fields.add(field));
      };
      await runRecipe({
        recipe: watched(recipe, '', noted),
        recipeText: text,
        recipeDirectory: directory,
        runDirectory,
        progress: {
          ...silentProgress,
          stageStarted: (started) => {
            stage = started;
          },
          stageFinished: () => {
            stage = undefined;
          },
        },
        signal: new AbortController().signal,
      });
      assert.deepEqual([...seen.keys()], stagesOf(recipe));
      for (const [id, fields] of seen) {
        // The report tells of all.
        if (id === 'report') continue;
        const declared = [id, ...ancestors(recipe, id)].flatMap((one) => {
          const { reads, asks = [], checks = [] } = stageInputs[one];
          return [...reads, ...asks, ...checks];
        });
        const undeclared = [...fields].filter(
          (field) =>
            !declared.some(
              // What is absent is asked for in the place of what would be below it.
              (read) => field === read || field.startsWith(`${read}.`) || read.startsWith(`${field}.`),
            ),
        );
        assert.deepEqual(undeclared, [], `stage ${id}`);
        assert.ok(fields.size > 0, `stage ${id} was not watched`);
      }
    });
  }
});

/** The recipe with a note of every value that is read, and of every absent one that is asked for. */
function watched<T extends object>(value: T, prefix: string, noted: (field: string) => void): T {
  return new Proxy(value, {
    get(target, name) {
      const child: unknown = Reflect.get(target, name);
      if (typeof name === 'symbol') return child;
      if (typeof child !== 'object' || child === null) noted(`${prefix}${name}`);
      else return watched(child, `${prefix}${name}.`, noted);
      return child;
    },
  });
}
