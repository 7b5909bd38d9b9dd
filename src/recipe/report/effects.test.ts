import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectsOf } from './effects.ts';
import type { Effect } from './measured-effect.ts';
import type { EvaluatedAttempt, Evaluation } from './report-input.ts';

const attempt = (score: number | null, length = 20, overflowed = false): EvaluatedAttempt => ({
  score,
  length,
  overflowed,
  tokens: length,
});

function evaluation(
  checkpoint: Evaluation['checkpoint'],
  of: (problem: number) => readonly EvaluatedAttempt[],
  more: Partial<Evaluation> = {},
): Evaluation {
  const problems = Array.from({ length: 40 }, (_, p) => p);
  return {
    checkpoint,
    seed: 1,
    suite: 'test',
    scaffold: 'single',
    problems_P: problems.map((p) => ({ id: `p${p}` })),
    attempts_P_A: problems.map(of),
    ...more,
  };
}

function measured(effects: readonly Effect[], id: string) {
  const effect = effects.find((candidate) => candidate.id === id);
  assert.ok(effect?.kind === 'measured', `${id} is not measured`);
  return effect;
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}`);

test('estimates are paired differences in points and tokens, in the direction of the claim', () => {
  const effects = effectsOf([
    evaluation('base', (p) => [attempt(p % 4 === 0 ? 1 : 0, 20)]),
    evaluation('sft', (p) => [attempt(p % 2 === 0 ? 1 : 0, 42 + (p % 3), p % 4 === 1)]),
    evaluation('rl', (p) => [attempt(p % 4 < 3 ? 1 : 0, 32 + (p % 3), p % 20 === 1)]),
  ]);
  close(measured(effects, 'sft-over-base').interval.estimate, 25);
  close(measured(effects, 'rl-over-sft').interval.estimate, 25);
  close(measured(effects, 'rl-shortens').interval.estimate, 10);
  close(measured(effects, 'sft-overflows').interval.estimate, 25);
  close(measured(effects, 'rl-reduces-overflow').interval.estimate, 20);
  const lengthens = measured(effects, 'sft-lengthens');
  assert.ok(lengthens.interval.estimate > 22 && lengthens.unit === 'tokens');
  assert.equal(lengthens.problems, 40);
});

test('shown is exactly that the whole interval lies above 0; the opposite is named', () => {
  const effects = effectsOf([
    evaluation('base', (p) => [attempt(p % 2, 30)]),
    evaluation('sft', (p) => [attempt(p % 2, 30)]),
    evaluation('rl', (p) => [attempt(p % 2 === 1 && p % 4 === 1 ? 1 : 0, 36 + (p % 2))]),
  ]);
  for (const effect of effects) {
    if (effect.kind === 'measured') assert.equal(effect.shown, effect.interval.low > 0, effect.id);
  }
  const same = measured(effects, 'sft-over-base');
  assert.deepEqual([same.shown, same.opposite, same.interval.estimate], [false, false, 0]);
  const worse = measured(effects, 'rl-over-sft');
  assert.deepEqual([worse.shown, worse.opposite], [false, true]);
  const longer = measured(effects, 'rl-shortens');
  assert.deepEqual([longer.shown, longer.opposite], [false, true]);
});

test('an effect whose checkpoint is missing is not applicable and says which', () => {
  const effects = effectsOf([evaluation('base', () => [attempt(0)]), evaluation('rl', () => [attempt(1)])]);
  const absent = effects.find(({ id }) => id === 'sft-over-base');
  assert.equal(absent?.kind === 'not-applicable' && absent.why, 'SFT was not evaluated');
  assert.equal(measured(effects, 'rl-over-base').shown, true);
  assert.ok(effectsOf([]).every(({ kind }) => kind === 'not-applicable'));
});

test('the gain over turns pairs attempts of one trajectory, and skips ungraded ones', () => {
  const turn = (turn: number, of: (p: number) => EvaluatedAttempt[]) =>
    evaluation('rl', of, { scaffold: 'reasoning-cache', turn });
  const effects = effectsOf([
    turn(1, (p) => [attempt(p % 2), attempt(0), attempt(null)]),
    turn(2, () => [attempt(1), attempt(1), attempt(1)]),
    turn(3, (p) => [attempt(p % 2), attempt(0.5), attempt(1)]),
  ]);
  const gain = measured(effects, 'reasoning-cache-gain:rl');
  close(gain.interval.estimate, 25);
  // Every problem gains the same: paired by attempt there is no spread between problems, only between attempts.
  close(gain.pValue, 1 / 10_001);
  assert.match(gain.claim, /turn 1 to 3/);
});

test('problems are matched by id and seeds by number, not by position', () => {
  const base = evaluation('base', (p) => [attempt(p / 40)]);
  const sft = evaluation('sft', (p) => [attempt(p / 40)]);
  const shuffled: Evaluation = {
    ...sft,
    problems_P: [...sft.problems_P].reverse(),
    attempts_P_A: [...sft.attempts_P_A].reverse(),
  };
  const effect = measured(effectsOf([base, shuffled]), 'sft-over-base');
  close(effect.interval.estimate, 0);
  assert.ok(effect.interval.high - effect.interval.low < 1e-9);
  const otherSeed = effectsOf([base, { ...sft, seed: 2 }]).find(({ id }) => id === 'sft-over-base');
  assert.equal(otherSeed?.kind, 'not-applicable');
});

test('searching is held against the last turn of the cache, baselines and the cache against a single turn', () => {
  const rl = (scaffold: Evaluation['scaffold'], share: number, more: Partial<Evaluation> = {}) =>
    evaluation('rl', (p) => [attempt(p % 20 < 20 * share ? 1 : 0)], { scaffold, ...more });
  const evaluations = [
    rl('single', 0.5),
    rl('reasoning-cache', 0.5, { turn: 1 }),
    rl('reasoning-cache', 0.6, { turn: 2 }),
    rl('majority', 0.7),
    rl('deepseek-math', 0.75),
    rl('rsa', 0.4),
    // Not the policy that was searched with.
    evaluation('sft', () => [attempt(1)], { scaffold: 'reasoning-cache', turn: 3 }),
  ];
  const effects = effectsOf(evaluations);
  close(measured(effects, 'reasoning-cache-over-single').interval.estimate, 10);
  close(measured(effects, 'majority-over-single').interval.estimate, 20);
  close(measured(effects, 'deepseek-math-over-reasoning-cache').interval.estimate, 15);
  const rsa = measured(effects, 'rsa-over-reasoning-cache');
  close(rsa.interval.estimate, -20);
  assert.deepEqual([rsa.shown, rsa.opposite], [false, true]);
  assert.equal(
    effects.some(({ id }) => id.startsWith('best-of-n')),
    false,
  );
  const withoutSearch = effectsOf(evaluations.slice(0, 3));
  assert.equal(
    withoutSearch.some(({ id }) => id.includes('-over-single')),
    false,
  );
});
