/** The result of a sweep as plain JSON, for other programs: scores in percent of full marks. */
import type { Json } from '../../journal/journal.ts';
import type { Arm } from './arms.ts';
import type { ArmOutcome } from './run-sweep.ts';
import type { SharedStage } from './shared-stages.ts';
import type { SweepSummary } from './summary.ts';

export interface SweepFigures {
  readonly recipe: string;
  readonly arms: readonly Arm[];
  readonly outcomes: readonly ArmOutcome[];
  readonly shared: readonly SharedStage[];
  readonly summary: SweepSummary;
}

export function sweepJson({ recipe, arms, outcomes, shared, summary }: SweepFigures): Json {
  return plain({
    version: 1,
    recipe,
    runs: arms.map(({ name, label, seed, settings }, i) => {
      const outcome = outcomes[i];
      return {
        ...{ name, arm: label, seed, settings },
        outcome: outcome?.kind === 'known' ? 'finished' : outcome?.kind,
        error: outcome?.kind === 'failed' ? outcome.error.message : undefined,
      };
    }),
    shared,
    ...summary,
  });
}

/** What is undefined is absent. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
