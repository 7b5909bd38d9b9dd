/** What a finished stage rl has on record: for each step what it took, what it trained, and how long its attempts were. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { JournalReader } from '../journal/journal-reader.ts';
import { type Recipe, type RlSettings, recipeSchema } from '../recipe/schema.ts';
import { recordedCost, type StepCost } from '../recipe/step-cost.ts';

export interface RecordedStep {
  readonly step: number;
  readonly cost: StepCost;
  /** The numbers of its groups. */
  readonly groups: readonly number[];
  /** Groups whose attempts were trained, and the tokens that the trainer ran, with prompts. */
  readonly taughtGroups: number;
  readonly trainedTokens: number;
  readonly processedTokens: number;
  /** A held-out score was measured after it. */
  readonly isHeldOut: boolean;
}

export interface RecordedRun {
  readonly recipe: Recipe;
  readonly rl: RlSettings;
  readonly steps: readonly RecordedStep[];
  /** Tokens of the attempts of each group that is on record whole, by its number. */
  readonly lengths: ReadonlyMap<number, readonly number[]>;
  /** Attempts of one held-out score. */
  readonly heldOutAttempts: number;
}

/** The run is not one that can be learned from; the message says why. */
export class RecordedRunError extends Error {
  override readonly name = 'RecordedRunError';
}

/** Throws a RecordedRunError, and what the journal throws. */
export async function readRecordedRun(directory: string): Promise<RecordedRun> {
  const recipe = readRecipe(directory);
  if (recipe.rl === undefined) throw new RecordedRunError(`${directory}: its recipe has no stage rl`);
  const reader = new JournalReader(directory);
  try {
    const costs = new Map<number, StepCost>();
    for await (const { value } of reader.values('rl/seconds')) {
      const cost = recordedCost(value);
      if (cost !== undefined && !costs.has(cost.step)) costs.set(cost.step, cost);
    }
    const groups = new Map<number, readonly number[]>();
    for await (const { key, value } of reader.values('rl/batch'))
      groups.set(Number(key), (value as { groups: readonly number[] }).groups);
    const steps: RecordedStep[] = [];
    for await (const { key, value } of reader.values('rl/step')) {
      const step = Number(key);
      const cost = costs.get(step);
      // What an earlier sitting had sampled, or a version of QED that did not record it, tells nothing of speed.
      if (cost?.samplingShare === undefined || steps.at(-1)?.step === step) continue;
      const figures = value as unknown as Figures;
      steps.push({
        ...{ step, cost, groups: groups.get(step) ?? [] },
        taughtGroups: figures.groups.trained,
        trainedTokens: figures.trainedTokens,
        processedTokens: figures.processedTokens,
        isHeldOut: figures.heldOut !== undefined,
      });
    }
    if (steps.length < 4)
      throw new RecordedRunError(
        `${directory}: ${steps.length} steps of stage rl say what they took; at least 4 are needed`,
      );
    return { recipe, rl: recipe.rl, steps, ...(await readLengths(reader, recipe.rl.groupSize)) };
  } finally {
    reader.close();
  }
}

interface Figures {
  readonly groups: { readonly trained: number };
  readonly trainedTokens: number;
  readonly processedTokens: number;
  readonly heldOut?: unknown;
}

function readRecipe(directory: string): Recipe {
  const file = path.join(directory, 'recipe.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new RecordedRunError(`${directory}: there is no run (recipe.yaml cannot be read)`);
  }
  const result = recipeSchema.safeParse(parsed(text));
  if (!result.success) throw new RecordedRunError(`${file}: not the recipe of a run; is it damaged?`);
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    // A torn file: it is no recipe.
    return undefined;
  }
}

async function readLengths(
  reader: JournalReader,
  groupSize: number,
): Promise<Pick<RecordedRun, 'lengths' | 'heldOutAttempts'>> {
  const found = new Map<number, number[]>();
  const heldOut = new Map<string, number>();
  for await (const { unit, label, value } of reader.effects()) {
    if (label !== 'attempt' || typeof value !== 'number') continue;
    const [, group, attempt] = /^rl\/(\d+)\/(\d+)$/.exec(unit) ?? [];
    const [, measured] = /^rl\/held-out\/(\d+)\//.exec(unit) ?? [];
    if (group !== undefined) {
      const lengths = found.get(Number(group)) ?? [];
      lengths[Number(attempt)] = value;
      found.set(Number(group), lengths);
    }
    if (measured !== undefined) heldOut.set(measured, (heldOut.get(measured) ?? 0) + 1);
  }
  const whole = [...found].filter(([, lengths]) => Object.keys(lengths).length === groupSize);
  return {
    lengths: new Map(whole.toSorted(([a], [b]) => a - b)),
    heldOutAttempts: Math.max(0, ...heldOut.values()),
  };
}
