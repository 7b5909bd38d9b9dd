/** The steps that a run's journal holds: their figures, and what each cost when it was made first. */
import type { Journal, Json } from '../journal/journal.ts';
import { type StageId, stageIds } from './schema.ts';
import { recordedCost, type StepCost } from './step-cost.ts';

export interface RecordedStep {
  readonly stage: StageId;
  readonly step: number;
  readonly figures: { readonly [key: string]: Json };
  /** Undefined in runs of versions that recorded no more than seconds. */
  readonly cost: StepCost | undefined;
}

/** Stage after stage, in the order in which their steps were appended. */
export async function* recordedSteps(journal: Journal): AsyncGenerator<RecordedStep> {
  for (const stage of stageIds) {
    const costs = await firstCosts(journal, stage);
    for await (const { key, value } of journal.events(`${stage}/step`)) {
      const step = Number(key);
      yield { stage, step, figures: value as RecordedStep['figures'], cost: costs.get(step) };
    }
  }
}

async function firstCosts(journal: Journal, stage: StageId): Promise<Map<number, StepCost>> {
  const costs = new Map<number, StepCost>();
  for await (const { value } of journal.events(`${stage}/seconds`)) {
    const cost = recordedCost(value);
    if (cost !== undefined && !costs.has(cost.step)) costs.set(cost.step, cost);
  }
  return costs;
}
