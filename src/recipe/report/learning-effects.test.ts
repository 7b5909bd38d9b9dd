import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectsOf } from './effects.ts';
import { learningEffects } from './learning-effects.ts';
import type { Evaluation, HeldOutAttempts, RlCurve } from './report-input.ts';

const problems = 40;

/** Scores and lengths at two steps and before, each shifted by a problem's own difficulty. */
function curve(
  checkpoint: 'rl' | 'rc',
  at: Readonly<Record<number, { score: number; length: number }>>,
  from: RlCurve['from'] = 'sft',
): RlCurve {
  const heldOut = Object.entries(at).map(
    ([step, { score, length }]): HeldOutAttempts => ({
      step: Number(step),
      attempts_P: Array.from({ length: problems }, (_, p) => ({
        score: p === 0 ? null : score + (p % 5) / 20,
        length: length + (p % 3),
        overflowed: false,
      })),
    }),
  );
  return { stage: checkpoint, checkpoint, from, tokenLimit: 48, points: [], heldOut };
}

const rl = curve('rl', {
  0: { score: 0.2, length: 40 },
  10: { score: 0.3, length: 36 },
  20: { score: 0.5, length: 30 },
});

test('faster is a higher score over the same steps, sooner a shorter length; paired by problem, the beginning left out', () => {
  const rc = curve('rc', {
    0: { score: 0.7, length: 10 },
    10: { score: 0.4, length: 30 },
    20: { score: 0.5, length: 28 },
    30: { score: 0.9, length: 1 },
  });
  const [faster, sooner] = learningEffects([rl, rc]);
  assert.ok(faster?.kind === 'measured' && sooner?.kind === 'measured');
  assert.ok(Math.abs(faster.interval.estimate - 5) < 1e-9);
  assert.equal(faster.problems, problems - 1, 'an ungraded attempt is left out');
  assert.ok(Math.abs(sooner.interval.estimate - 4) < 1e-9);
  assert.ok(sooner.shown);
});

test('two that began from other checkpoints, or were measured at other steps, are not compared', () => {
  const whyOf = (other: RlCurve) =>
    learningEffects([rl, other]).map((effect) => (effect.kind === 'not-applicable' ? effect.why : ''));
  assert.match(whyOf(curve('rc', { 10: { score: 1, length: 1 } }, 'rl')).join(), /same checkpoint/);
  assert.match(
    whyOf(curve('rc', { 0: { score: 1, length: 1 }, 15: { score: 1, length: 1 } })).join(),
    /same step/,
  );
  assert.deepEqual(learningEffects([rl]), []);
});

test('alike is an interval within the bounds, not one that has 0 in it', () => {
  const evaluation = (checkpoint: 'rl' | 'rc', of: (p: number) => number): Evaluation => ({
    ...{ checkpoint, seed: 1, suite: 's', scaffold: 'single' },
    problems_P: Array.from({ length: problems }, (_, p) => ({ id: `p${p}` })),
    attempts_P_A: Array.from({ length: problems }, (_, p) => [
      { score: of(p), length: 10, overflowed: false, tokens: 10 },
    ]),
  });
  const alike = (of: (p: number) => number) => {
    const effects = effectsOf([evaluation('rl', () => 0.5), evaluation('rc', of)]);
    const effect = effects.find(({ id }) => id === 'rc-alike-rl');
    assert.ok(effect?.kind === 'measured');
    return [effect.shown, effect.opposite];
  };
  assert.deepEqual(
    alike((p) => 0.5 + (p % 2 === 0 ? 0.02 : -0.02)),
    [true, false],
  );
  assert.deepEqual(
    alike((p) => (p % 2 === 0 ? 1 : 0)),
    [false, false],
    'too few to tell',
  );
  assert.deepEqual(
    alike(() => 0.3),
    [false, true],
  );
});
