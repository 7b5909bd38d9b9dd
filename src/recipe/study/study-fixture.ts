/** Results of the arms of a study, made up: what readings, claims and figures are tested with. */
import type { CheckpointName, Evaluation, RlPoint, ScaffoldName } from '../report/report-input.ts';
import type { Arm } from '../sweep/arms.ts';
import type { ArmResult } from '../sweep/read-arm.ts';

const problems = 24;

/** Scores of two attempts at each problem: about a fifth of full marks, and `gain` more. */
function evaluation(
  checkpoint: CheckpointName,
  gain: number,
  place: { readonly scaffold: ScaffoldName; readonly turn?: number },
): Evaluation {
  const rows = Array.from({ length: problems }, (_, p) =>
    [((p % 5) + 1) / 10, (p % 3) / 10].map((score) => ({
      score: Math.min(1, score + gain),
      ...{ length: 10, overflowed: p % 4 === 0, tokens: 10 * (place.turn ?? 1) },
    })),
  );
  return {
    ...{ checkpoint, seed: 1, suite: 'lab', ...place },
    problems_P: rows.map((_, p) => ({ id: `p${p}` })),
    attempts_P_A: rows,
  };
}

const point = (step: number): RlPoint => ({
  ...{ step, reward: step / 20, lengthMean: 30 - step, overflowShare: 0.5, gradientNorm: 1 },
  groups: { trained: 2, allZero: 1, allEqual: 1, ungraded: 0 },
  ...{ mismatchKl: 0, maxRatio: 1, seconds: 1, tokens: 100 },
  ...(step % 10 === 0 ? { heldOut: { score: step / 100, ci: [0, 1] as const } } : {}),
});

/** Gains of a checkpoint in a single turn, and of the cache after its turns 1 to 3. */
export interface MadeUp {
  readonly single: number;
  readonly turns?: readonly [number, number, number];
  readonly rsa?: number;
  /** Held-out scores of the one problem, measurement by measurement, the one before the first step included. */
  readonly course?: readonly number[];
}

export function madeUpResult(
  arm: Arm,
  checkpoints: Readonly<Partial<Record<CheckpointName, MadeUp>>>,
): ArmResult {
  const entries = Object.entries(checkpoints) as [CheckpointName, MadeUp][];
  return {
    arm,
    input: {
      ...{ name: 'made-up', description: '', recipeYaml: '', seeds: [arm.seed], started: '', seconds: 9 },
      ...{ unfinishedStages: [], examples: [], samples: [], supervised: [] },
      environment: { cpu: '', cores: 1, node: '', qed: '' },
      stages: [{ id: 'rl', seconds: 6, trainedTokens: 2000, sampledTokens: 3000 }],
      rl: entries.flatMap(([checkpoint, { course }]) =>
        (checkpoint === 'rl' || checkpoint === 'rc') && course !== undefined
          ? [
              {
                ...{ stage: checkpoint, checkpoint, from: 'sft' as const, tokenLimit: 24 },
                before: { score: 0.05, ci: [0, 1] as const },
                points: Array.from({ length: 20 }, (_, i) => point(i + 1)),
                heldOut: course.map((score, i) => ({
                  step: 10 * i,
                  attempts_P: [{ score, length: 20 - i, overflowed: false }],
                })),
              },
            ]
          : [],
      ),
      evaluations: entries.flatMap(([checkpoint, { single, turns, rsa }]) => [
        evaluation(checkpoint, single, { scaffold: 'single' }),
        ...(turns ?? []).map((gain, i) =>
          evaluation(checkpoint, gain, { scaffold: 'reasoning-cache', turn: i + 1 }),
        ),
        ...(rsa === undefined ? [] : [evaluation(checkpoint, rsa, { scaffold: 'rsa' })]),
      ]),
    },
    heldOut: new Map(),
    droppedAlike: new Map(),
    testDigest: `test-${arm.seed}`,
    validationDigest: `validation-${arm.seed}`,
  };
}
