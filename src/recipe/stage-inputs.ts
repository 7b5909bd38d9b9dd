/**
 * What each stage depends on, as a function of the recipe: the fields that it reads and the stages that it goes on from.
 * Two recipes with the same key of a stage come to the same results there, so those of one serve the other. Declared here
 * beside the schema; stage-inputs.test.ts watches what a run really reads.
 */
import { canonicalHash } from '../journal/canonical-json.ts';
import type { Json } from '../journal/journal.ts';
import { valueAt } from './field-schema.ts';
import { type Recipe, type StageId, stagesOf } from './schema.ts';

interface StageInputs {
  /** Dotted paths of what it reads, each with all that is below. */
  readonly reads: readonly string[];
  /** Stages of which it only matters whether the recipe has them. */
  readonly asks?: readonly StageId[];
  /** Read only to refuse what cannot run: it changes no result, and who takes over a result checks it too. */
  readonly checks?: readonly string[];
  /** Stages whose results it takes, of those that the recipe has. */
  readonly after: (recipe: Recipe) => readonly StageId[];
}

/** Read by all that trains or samples. */
const everyModel = ['seed', 'engine', 'lora', 'model', 'tokenizer', 'retention'];

export const stageInputs: Readonly<Record<StageId, StageInputs>> = {
  data: {
    reads: ['seed', 'data', 'tokenizer', 'model.from', 'model.maximumPositions'],
    asks: ['pretrain', 'sft', 'judge'],
    checks: ['rl.maxTokens', 'rc.maxTokens', 'evaluate.maxTokens', 'evaluate.reasoningCacheTurns'],
    after: () => [],
  },
  pretrain: { reads: [...everyModel, 'pretrain'], after: () => ['data'] },
  // Without an evaluation it leaves samples for the report.
  sft: { reads: [...everyModel, 'sft'], asks: ['evaluate'], after: () => ['data', 'pretrain'] },
  rl: { reads: [...everyModel, 'data.kind', 'rl'], after: ({ rl }) => ['data', leaving(rl?.from)] },
  rc: { reads: [...everyModel, 'data.kind', 'rc'], after: ({ rc }) => ['data', leaving(rc?.from)] },
  judge: {
    reads: [...everyModel, 'judge'],
    after: ({ sft }) => ['data', sft === undefined ? 'pretrain' : 'sft'],
  },
  evaluate: {
    reads: [...everyModel, 'evaluate'],
    after: (recipe) => stagesOf(recipe).filter((stage) => stage !== 'evaluate' && stage !== 'report'),
  },
  report: {
    reads: ['name', 'description', ...everyModel],
    after: (recipe) => stagesOf(recipe).filter((stage) => stage !== 'report'),
  },
};

/** The stage that leaves a checkpoint. */
function leaving(checkpoint: 'base' | 'sft' | 'rl' | undefined): StageId {
  return checkpoint === 'base' || checkpoint === undefined ? 'pretrain' : checkpoint;
}

/** SHA-256 of all that the result of a stage depends on, in hexadecimal. The recipe must have the stage. */
export function stageKey(recipe: Recipe, stage: StageId): string {
  const { reads, asks = [], after } = stageInputs[stage];
  return keyOf(recipe, { what: stage, reads, asks, after: stagesBefore(recipe, after(recipe)) });
}

/** Scaffolds that every checkpoint is evaluated with, whatever was trained after it. */
export type SharedScaffold = 'single' | 'reasoning-cache';

const evaluationReads: Readonly<Record<SharedScaffold, readonly string[]>> = {
  single: ['evaluate.samples', 'evaluate.maxTokens', 'evaluate.temperature'],
  'reasoning-cache': [
    ...['evaluate.samples', 'evaluate.maxTokens', 'evaluate.temperature'],
    ...['evaluate.reasoningCacheTurns', 'evaluate.summariser'],
  ],
};

/** As `stageKey`, of the part of stage evaluate that is one checkpoint, left by the stage `from`, with one scaffold. */
export function evaluationKey(
  recipe: Recipe,
  { from, scaffold }: { readonly from: StageId | undefined; readonly scaffold: SharedScaffold },
): string {
  return keyOf(recipe, {
    what: `evaluate ${scaffold}`,
    reads: [...everyModel, ...evaluationReads[scaffold]],
    asks: [],
    after: stagesBefore(recipe, from === undefined ? ['data'] : ['data', from]),
  });
}

function stagesBefore(recipe: Recipe, named: readonly StageId[]): StageId[] {
  return stagesOf(recipe).filter((stage) => named.includes(stage));
}

function keyOf(
  recipe: Recipe,
  input: {
    readonly what: string;
    readonly reads: readonly string[];
    readonly asks: readonly StageId[];
    readonly after: readonly StageId[];
  },
): string {
  const { what, reads, asks, after } = input;
  const content: Json = {
    what,
    reads: reads.map((path) => [path, jsonOf(valueAt(path.split('.'), recipe))]),
    asks: asks.filter((stage) => stagesOf(recipe).includes(stage)),
    after: after.map((stage) => stageKey(recipe, stage)),
  };
  return canonicalHash(content).toString('hex');
}

/** Fields that a recipe leaves out are absent from YAML as they are from JSON. */
function jsonOf(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}
