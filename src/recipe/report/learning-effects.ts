/**
 * What the held-out attempts say of the way that RC training and RL took, at the same steps and from the same checkpoint:
 * the score and the length of a single turn, averaged over the training. Faster learning is a higher mean.
 */
import { append, type Effect, measuredEffect, type Values } from './measured-effect.ts';
import type { HeldOutAttempts, RlCurve } from './report-input.ts';

type HeldOutAttempt = HeldOutAttempts['attempts_P'][number];

/** None where there are not both; not applicable where the two cannot be compared. */
export function learningEffects(curves: readonly RlCurve[]): Effect[] {
  const curveOf = (stage: 'rl' | 'rc') => curves.find(({ checkpoint }) => checkpoint === stage);
  const [rl, rc] = [curveOf('rl'), curveOf('rc')];
  if (rl === undefined || rc === undefined) return [];
  const faster = {
    id: 'rc-learns-faster',
    claim: 'RC training learns faster than RL: held-out score, mean over the training',
  };
  const sooner = {
    id: 'rc-shortens-sooner',
    claim: 'RC training shortens replies sooner than RL: held-out length, mean over the training',
  };
  const steps = common(rl, rc);
  const why =
    rl.from !== rc.from
      ? 'the two did not begin from the same checkpoint'
      : steps.size === 0
        ? 'no held-out attempts of the same step'
        : undefined;
  if (why !== undefined)
    return [faster, sooner].map((effect) => ({ kind: 'not-applicable', ...effect, why }));
  const [score, length] = [
    ({ score }: HeldOutAttempt) => (score === null ? null : 100 * score),
    ({ length }: HeldOutAttempt) => length,
  ];
  return [
    measuredEffect(faster.id, faster.claim, 'points', [
      { weight: 1, values: meansOf(rc, steps, score) },
      { weight: -1, values: meansOf(rl, steps, score) },
    ]),
    measuredEffect(sooner.id, sooner.claim, 'tokens', [
      { weight: 1, values: meansOf(rl, steps, length) },
      { weight: -1, values: meansOf(rc, steps, length) },
    ]),
  ];
}

/** Steps at which both were measured, but for the beginning, which is the same. */
function common(rl: RlCurve, rc: RlCurve): Set<number> {
  const steps = new Set(rl.heldOut?.map(({ step }) => step));
  return new Set(rc.heldOut?.flatMap(({ step }) => (step > 0 && steps.has(step) ? [step] : [])));
}

/** What was measured of every problem, one value a step. */
function meansOf(
  { heldOut = [] }: RlCurve,
  steps: ReadonlySet<number>,
  measure: (attempt: HeldOutAttempt) => number | null,
): Values {
  const values = new Map<string, number[]>();
  for (const { step, attempts_P } of heldOut) {
    if (!steps.has(step)) continue;
    attempts_P.forEach((attempt, p) => {
      append(values, String(p), [measure(attempt)]);
    });
  }
  return values;
}
