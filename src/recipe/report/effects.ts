/**
 * The paper's effects, each computed from this run's evaluations on the same problems: a paired estimate, its
 * 95 % interval, and whether it shows. An estimate is positive in the direction of its claim, and an effect is
 * shown exactly when its whole interval lies above 0. An effect that cannot be computed says why instead.
 *
 * Attempts of several seeds at one problem are pooled, so the interval covers problems and attempts; seeds of
 * training are too few to resample.
 */
import { learningEffects } from './learning-effects.ts';
import { append, type Effect, measuredEffect as effect, type Values } from './measured-effect.ts';
import {
  type CheckpointName,
  type EvaluatedAttempt,
  type Evaluation,
  type RlCurve,
  type SearchName,
  searchNames,
  type TrainedName,
} from './report-input.ts';

type Measure = (attempt: EvaluatedAttempt) => number | null;
const score: Measure = (attempt) => (attempt.score === null ? null : 100 * attempt.score);
const length: Measure = (attempt) => attempt.length;
const overflow: Measure = (attempt) => (attempt.overflowed ? 100 : 0);

/** Scores that differ by no more than so many points are alike. */
const alike = 5;

/** All effects, in the order of the report. Only the suite of the first evaluation is looked at. */
export function effectsOf(allEvaluations: readonly Evaluation[], curves: readonly RlCurve[] = []): Effect[] {
  const suite = allEvaluations[0]?.suite;
  const evaluations = allEvaluations.filter((evaluation) => evaluation.suite === suite);
  const single = (checkpoint: CheckpointName) =>
    evaluations.filter((e) => e.checkpoint === checkpoint && e.scaffold === 'single');
  const has = (checkpoint: CheckpointName) => single(checkpoint).length > 0;

  /** The claim that `more` has more of something than `less`, both single turn. */
  const compare = (
    id: string,
    claim: string,
    [more, less]: readonly [CheckpointName, CheckpointName],
    measure: Measure,
    unit: 'points' | 'tokens',
    within?: number,
  ): Effect => {
    const missing = [less, more].filter((checkpoint) => !has(checkpoint));
    if (missing.length > 0) return { kind: 'not-applicable', id, claim, why: notEvaluated(missing) };
    const arms = [
      { weight: 1, values: valuesOf(single(more), measure, single(less)) },
      { weight: -1, values: valuesOf(single(less), measure, single(more)) },
    ];
    return effect(id, claim, unit, arms, within);
  };

  const parent = has('rl') && !has('sft') && has('base') ? 'base' : 'sft';
  const withRc = evaluations.some(({ checkpoint }) => checkpoint === 'rc');
  const effects: Effect[] = [
    compare('sft-over-base', 'SFT scores higher than base', ['sft', 'base'], score, 'points'),
    compare(`rl-over-${parent}`, `RL scores higher than ${label(parent)}`, ['rl', parent], score, 'points'),
  ];
  if (withRc) {
    effects.push(
      compare('rc-over-sft', 'RC training scores higher than SFT', ['rc', 'sft'], score, 'points'),
      compare(
        ...(['rc-alike-rl', 'RC training and RL score alike in one turn', ['rc', 'rl']] as const),
        ...([score, 'points', alike] as const),
      ),
    );
  }
  effects.push(...learningEffects(curves));
  effects.push(...cacheGains(evaluations));
  effects.push(...searchGains(evaluations));
  effects.push(
    compare('sft-lengthens', 'SFT lengthens replies', ['sft', 'base'], length, 'tokens'),
    compare('sft-overflows', 'SFT makes more replies overflow', ['sft', 'base'], overflow, 'points'),
    compare('rl-shortens', 'RL shortens replies', ['sft', 'rl'], length, 'tokens'),
    compare('rl-reduces-overflow', 'RL makes fewer replies overflow', ['sft', 'rl'], overflow, 'points'),
  );
  if (withRc)
    effects.push(compare('rc-shortens', 'RC training shortens replies', ['sft', 'rc'], length, 'tokens'));
  return effects;
}

/** Name of a checkpoint as the report writes it. */
export function label(checkpoint: TrainedName): string {
  return checkpoint === 'base' || checkpoint === 'judge' ? checkpoint : checkpoint.toUpperCase();
}

/** Last turn minus first turn of the reasoning cache, per checkpoint; with RC training, its gain against RL's. */
function cacheGains(evaluations: readonly Evaluation[]): Effect[] {
  const cache = evaluations.filter((e) => e.scaffold === 'reasoning-cache' && e.turn !== undefined);
  const last = Math.max(1, ...cache.map(({ turn = 1 }) => turn));
  const claimOf = (who: string) => `Reasoning cache lifts ${who}${last > 1 ? `, turn 1 to ${last}` : ''}`;
  const gains = new Map<CheckpointName, Values>();
  for (const checkpoint of ['base', 'sft', 'rl', 'rc'] as const) {
    const turns = (turn: number) => cache.filter((e) => e.checkpoint === checkpoint && e.turn === turn);
    const gain = differences(turns(last), turns(1));
    if (last > 1 && gain.size > 0) gains.set(checkpoint, gain);
  }
  if (gains.size === 0) {
    const why = 'no checkpoint was evaluated with two turns or more';
    return [{ kind: 'not-applicable', id: 'reasoning-cache-gain', claim: claimOf('each checkpoint'), why }];
  }
  const effects: Effect[] = [...gains].map(([checkpoint, values]) =>
    effect(`reasoning-cache-gain:${checkpoint}`, claimOf(label(checkpoint)), 'points', [
      { weight: 1, values },
    ]),
  );
  const [rc, rl] = [gains.get('rc'), gains.get('rl')];
  if (rc !== undefined && rl !== undefined) {
    effects.push(
      effect('rc-gains-more-than-rl', 'RC training gains more from turns than RL', 'points', [
        { weight: 1, values: rc },
        { weight: -1, values: rl },
      ]),
    );
  }
  return effects;
}

/** Scaffolds as the report writes them. */
export const searchLabels: Readonly<Record<SearchName, string>> = {
  majority: 'Majority vote',
  'best-of-n': 'Best of n',
  'deepseek-math': 'DeepSeekMath',
  rsa: 'RSA',
};

/**
 * More test-time compute helps: for the policy that was searched with, the reasoning cache's last turn against a single
 * turn, DeepSeekMath and RSA against the cache (a single turn where there is none), and the baselines against a single
 * turn.
 */
function searchGains(evaluations: readonly Evaluation[]): Effect[] {
  const searched = evaluations.find(({ scaffold }) => searchNames.some((name) => name === scaffold));
  if (searched === undefined) return [];
  const own = evaluations.filter(({ checkpoint }) => checkpoint === searched.checkpoint);
  const single = own.filter(({ scaffold }) => scaffold === 'single');
  const turns = own.filter(({ scaffold }) => scaffold === 'reasoning-cache');
  const last = Math.max(...turns.map(({ turn = 1 }) => turn));
  const cache = turns.filter(({ turn = 1 }) => turn === last);
  const gain = (id: string, claim: string, more: readonly Evaluation[], less: readonly Evaluation[]) =>
    effect(id, claim, 'points', [
      { weight: 1, values: valuesOf(more, score, less) },
      { weight: -1, values: valuesOf(less, score, more) },
    ]);
  const effects: Effect[] = [];
  if (cache.length > 0) {
    const claim = 'The reasoning cache scores higher than a single turn';
    effects.push(gain('reasoning-cache-over-single', claim, cache, single));
  }
  for (const name of searchNames) {
    const found = own.filter(({ scaffold }) => scaffold === name);
    if (found.length === 0) continue;
    const isBaseline = name === 'majority' || name === 'best-of-n' || cache.length === 0;
    const [other, words, less] = isBaseline
      ? (['single', 'a single turn', single] as const)
      : (['reasoning-cache', 'the reasoning cache', cache] as const);
    effects.push(
      gain(`${name}-over-${other}`, `${searchLabels[name]} scores higher than ${words}`, found, less),
    );
  }
  return effects;
}

/** Measured values by problem id, pooled over those seeds that `partner` has too. */
function valuesOf(
  evaluations: readonly Evaluation[],
  measure: Measure,
  partner: readonly Evaluation[],
): Values {
  const values = new Map<string, number[]>();
  for (const { seed, problems_P, attempts_P_A } of evaluations) {
    if (!partner.some((other) => other.seed === seed)) continue;
    problems_P.forEach(({ id }, p) => {
      append(values, id, (attempts_P_A[p] ?? []).map(measure));
    });
  }
  return values;
}

/** Score differences attempt by attempt: both turns belong to one trajectory. */
function differences(later: readonly Evaluation[], earlier: readonly Evaluation[]): Values {
  const values = new Map<string, number[]>();
  for (const before of earlier) {
    const after = later.find(({ seed }) => seed === before.seed);
    if (after === undefined) continue;
    const row = new Map(after.problems_P.map(({ id }, p) => [id, after.attempts_P_A[p] ?? []]));
    before.problems_P.forEach(({ id }, p) => {
      const attempts = row.get(id) ?? [];
      const gains = (before.attempts_P_A[p] ?? []).map((attempt, a) => {
        const [from, to] = [score(attempt), attempts[a] === undefined ? null : score(attempts[a])];
        return from === null || to === null ? null : to - from;
      });
      append(values, id, gains);
    });
  }
  return values;
}

function notEvaluated(checkpoints: readonly CheckpointName[]): string {
  return `${checkpoints.map(label).join(' and ')} ${checkpoints.length > 1 ? 'were' : 'was'} not evaluated`;
}
