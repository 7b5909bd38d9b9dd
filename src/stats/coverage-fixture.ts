/**
 * For tests and for scripts/coverage.ts: worlds of which the truth is known, sampled over and over, and how often what
 * this room says of a sample is true.
 */
import { judgeAgreement } from './agreement/judge-agreement.ts';
import { judgeReliability, type RepeatedGrading } from './agreement/judge-reliability.ts';
import { passAtK } from './at-k/pass-at-k.ts';
import { bettingInterval } from './betting-interval.ts';
import { compareSystems } from './compare/compare-systems.ts';
import { meanScore } from './mean-score.ts';
import { mean, standardError } from './moments.ts';
import { overProblems } from './over-problems.ts';
import { pairedDifference } from './paired-difference.ts';
import { Random } from './random.ts';
import { signFlipPValue } from './sign-flip.ts';

export interface Simulation {
  readonly name: string;
  /** What each line counts. */
  readonly counts: string;
  /** The share that there should be. */
  readonly nominal: number;
  /** One sample of the world: by line, whether it was as counted; undefined where nothing was said, which counts as no trial. */
  readonly trial: (random: Random) => Readonly<Record<string, boolean | undefined>>;
}

/** Shares of trials by line. */
export function simulate({ trial }: Simulation, trials: number, seed: number): Record<string, number> {
  const tallies = new Map<string, { counted: number; trials: number }>();
  for (let i = 0; i < trials; i += 1) {
    for (const [line, counted] of Object.entries(trial(new Random('coverage', seed, i)))) {
      const before = tallies.get(line) ?? { counted: 0, trials: 0 };
      if (counted === undefined) continue;
      tallies.set(line, { counted: before.counted + (counted ? 1 : 0), trials: before.trials + 1 });
    }
  }
  return Object.fromEntries([...tallies].map(([line, tally]) => [line, tally.counted / tally.trials]));
}

const RESAMPLES = 399;
const covers = (interval: { readonly low: number; readonly high: number } | undefined, truth: number) =>
  interval === undefined ? undefined : interval.low <= truth && truth <= interval.high;
const points = (value: number) => Math.max(0, Math.min(7, Math.round(value)));

/** Points of attempts at a problem of this level: most proofs are worth little or everything. */
const attempts = (random: Random, level: number, count: number) =>
  Array.from({ length: count }, () => points(level + 2.5 * random.normal()));
const levels = (random: Random, problems: number) =>
  Array.from({ length: problems }, () => 2.5 + 3 * random.normal());

/** A mean over very many problems stands for the truth; its error is a hundredth of an interval's. */
function truthOf(seed: string, ofProblem: (random: Random) => number): number {
  const random = new Random('truth', seed);
  return mean(Array.from({ length: 200_000 }, () => ofProblem(random)));
}

function meanScores(problems: number, count: number): Simulation {
  const truth = truthOf('mean', (random) => attempts(random, levels(random, 1)[0] ?? 0, 1)[0] ?? 0);
  return {
    name: `mean-${problems}x${count}`,
    counts: `95 % interval of a mean of ${problems} problems, up to ${count} attempts, holds it; a tenth is ungraded`,
    nominal: 0.95,
    trial: (random) => {
      const scores = levels(random, problems).map((level) =>
        attempts(random, level, random.integer(1, count)).map((score) => (random.chance(0.1) ? null : score)),
      );
      return { mean: covers(meanScore(scores, { random, resamples: RESAMPLES, fullMarks: 7 }).mean, truth) };
    },
  };
}

function passRates(problems: number): Simulation {
  const scored = (random: Random, count: number) => attempts(random, levels(random, 1)[0] ?? 0, count);
  const truth = truthOf('pass', (random) => (scored(random, 4).some((score) => score === 7) ? 1 : 0));
  return {
    name: `pass-at-4-${problems}`,
    counts: `95 % interval of pass@4 from 8 attempts at ${problems} problems holds it`,
    nominal: 0.95,
    trial: (random) => {
      const rates = Array.from({ length: problems }, () =>
        passAtK(scored(random, 8), { k: 4, threshold: 7 }),
      );
      return { 'pass@4': covers(overProblems(rates, { random, resamples: RESAMPLES }).mean, truth) };
    },
  };
}

function differences(problems: number, first: number, second: number): Simulation {
  return {
    name: `difference-${problems}x${first}-${second}`,
    counts: `two equal systems, ${problems} problems, ${first} and ${second} attempts: 95 % interval holds 0`,
    nominal: 0.95,
    trial: (random) => {
      const own = levels(random, problems);
      const [one, other] = [first, second].map((count) => own.map((level) => attempts(random, level, count)));
      const difference = pairedDifference(one ?? [], other ?? [], { random, resamples: RESAMPLES });
      return { difference: covers(difference, 0) };
    },
  };
}

function falseClaims(problems: number, first: number, second: number): Simulation {
  return {
    name: `sign-flip-${problems}x${first}-${second}`,
    counts: `the same, a permutation test at 5 % finds a difference that is not there`,
    nominal: 0.05,
    trial: (random) => {
      const gaps = levels(random, problems).map(
        (level) => mean(attempts(random, level, first)) - mean(attempts(random, level, second)),
      );
      return { 'sign-flip': signFlipPValue(gaps, { random, permutations: 399 }) <= 0.05 };
    },
  };
}

/** Systems in groups of equals, so that a true rank is a range. */
function ranks(problems: number): Simulation {
  const skills = [0, 0, 0, 0.4, 2];
  const trueRanks = skills.map((skill) => ({
    low: 1 + skills.filter((other) => other > skill).length,
    high: skills.length - skills.filter((other) => other < skill).length,
  }));
  return {
    name: `ranks-${problems}`,
    counts: `five systems, three of them equal, ${problems} problems: intervals hold all true ranks at once`,
    nominal: 0.95,
    trial: (random) => {
      const own = levels(random, problems);
      const systems = skills.map((skill, s) => ({
        name: String(s),
        scores: new Map(own.map((level, p) => [String(p), attempts(random, level + skill, 2)])),
      }));
      const compared = compareSystems(systems, { random, resamples: RESAMPLES, permutations: 399 });
      const hold = (figure: 'rankInterval' | 'resampledRanks') =>
        compared.systems.every((system) => {
          const truth = trueRanks[Number(system.name)];
          return truth !== undefined && system[figure].low <= truth.low && truth.high <= system[figure].high;
        });
      return {
        'by significance': hold('rankInterval'),
        'by bootstrap (not claimed)': hold('resampledRanks'),
        'no pair of equals significant': compared.pairs.every(
          ({ better, worse, significant }) =>
            !significant || skills[Number(better)] !== skills[Number(worse)],
        ),
      };
    },
  };
}

/** A judge with a bias of its own at each problem, that now and then misjudges a proof altogether. */
function judgedProofs(random: Random, problems: number, proofs: number) {
  return levels(random, problems).flatMap((level, p) => {
    const bias = 0.8 * random.normal();
    return attempts(random, level, proofs).map((reference) => ({
      problem: String(p),
      reference,
      grade: random.chance(0.08) ? random.integer(0, 7) : points(reference + bias + random.normal()),
    }));
  });
}

function agreement(problems: number, proofs: number): Simulation {
  const options = { random: new Random('truth'), resamples: 40 };
  const truth = judgeAgreement(judgedProofs(new Random('judge'), 6000, proofs), options);
  return {
    name: `judge-${problems}x${proofs}`,
    counts: `95 % intervals of a judge’s figures, ${problems} problems of ${proofs} proofs, hold them`,
    nominal: 0.95,
    trial: (random) => {
      const found = judgeAgreement(judgedProofs(random, problems, proofs), { random, resamples: RESAMPLES });
      return Object.fromEntries(
        Object.entries({ ...found.figures, ...found.recall }).map(([name, figure]) => [
          name,
          covers(
            figure?.interval,
            { ...truth.figures, ...truth.recall }[name as 'bias']?.estimate ?? Number.NaN,
          ),
        ]),
      );
    },
  };
}

function reliability(problems: number): Simulation {
  const truth = {
    ...{ problemShare: 4 / 7.75, proofShare: 2.25 / 7.75, residualShare: 1 / 7.75 },
    reliability: 6.25 / 7.75,
  };
  return {
    name: `reliability-${problems}`,
    counts: `95 % intervals of variance shares, ${problems} problems of 4 proofs, 3 judges, 2 gradings, hold them`,
    nominal: 0.95,
    trial: (random) => {
      // The judges are these three in every sample: their variance is a fact about them, not drawn anew.
      const gradings: RepeatedGrading[] = [];
      for (let p = 0; p < problems; p += 1) {
        const level = 2 * random.normal();
        for (let r = 0; r < 4; r += 1) {
          const quality = level + 1.5 * random.normal();
          [-Math.SQRT1_2, 0, Math.SQRT1_2].forEach((effect, j) => {
            for (let g = 0; g < 2; g += 1) {
              const grade = quality + effect + random.normal();
              gradings.push({ problem: String(p), proof: String(r), judge: String(j), grade });
            }
          });
        }
      }
      const { figures } = judgeReliability(gradings, { random, resamples: 199 });
      return {
        ...Object.fromEntries(
          Object.entries(truth).map(([name, share]) => [
            name,
            covers(figures[name as keyof typeof truth]?.interval, share),
          ]),
        ),
        retestDeviation: covers(figures.retestDeviation?.interval, 1),
      };
    },
  };
}

/** Attempts at one problem until the interval of their mean is narrow enough, looked at after every eighth. */
function stopping(name: string, weights: readonly number[]): Simulation {
  const rewards = weights.map((_, point) => point / (weights.length - 1));
  const truth = rewards.reduce((sum, reward, i) => sum + reward * (weights[i] ?? 0), 0);
  const [width, round, most] = [0.25, 8, 128];
  const ends: Readonly<Record<string, (values: readonly number[]) => { low: number; high: number }>> = {
    'betting interval': bettingInterval,
    'mean ± 1.96 standard errors (not claimed)': (values) => {
      const half = 1.96 * standardError(values);
      return { low: mean(values) - half, high: mean(values) + half };
    },
  };
  return {
    name: `stopping-${name}`,
    counts: `up to ${most} attempts of mean ${truth.toFixed(3)}, stopped at width ${width}: the interval holds it`,
    nominal: 0.95,
    trial: (random) => {
      const all = Array.from({ length: most }, () => rewards[random.weighted(weights)] ?? 0);
      return Object.fromEntries(
        Object.entries(ends).map(([line, intervalOf]) => {
          for (let n = round; ; n += round) {
            const interval = intervalOf(all.slice(0, n));
            if (n === most || interval.high - interval.low <= width) return [line, covers(interval, truth)];
          }
        }),
      );
    },
  };
}

/** By group. Each is made when it is asked for: some take seconds to find their truth. */
export const simulations: Readonly<Record<string, readonly (() => Simulation)[]>> = {
  mean: [
    ...[6, 12, 30, 60, 400].map((problems) => () => meanScores(problems, 4)),
    () => meanScores(60, 16),
    ...[12, 60].map((problems) => () => passRates(problems)),
  ],
  difference: [
    () => differences(6, 4, 4),
    () => differences(30, 1, 1),
    () => differences(60, 4, 4),
    () => differences(60, 1, 8),
  ],
  'sign-flip': [
    () => falseClaims(6, 4, 4),
    () => falseClaims(30, 1, 1),
    () => falseClaims(60, 4, 4),
    () => falseClaims(60, 1, 8),
  ],
  ranks: [() => ranks(20), () => ranks(60)],
  judge: [() => agreement(10, 8), () => agreement(22, 12), () => agreement(60, 4)],
  reliability: [() => reliability(22)],
  stopping: [
    () => stopping('hard', [0.7, 0.12, 0.05, 0.03, 0, 0, 0.02, 0.08]),
    () => stopping('even', [0.5, 0, 0, 0, 0, 0, 0, 0.5]),
    () => stopping('easy', [0.03, 0, 0, 0, 0, 0, 0.02, 0.95]),
  ],
};
