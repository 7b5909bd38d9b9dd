/**
 * Stage rl against what a user would pick instead, TRL's GRPOTrainer on the CPU: the same checkpoint, problems in the same
 * order, prompts, reward, group size, lengths, optimiser and number of steps, in turn. Both without the entropy term, which TRL
 * normalises otherwise. Every repeat has a seed of its own: other problems, other attempts.
 */
import { loadRecipe } from '../../../src/recipe/load.ts';
import { meanInterval } from '../../../src/stats/mean-interval.ts';
import { mean, variance } from '../../../src/stats/moments.ts';
import { Random } from '../../../src/stats/random.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure, type Goal, repeated } from '../figure.ts';
import { endedChildrenSeconds, isUndisturbed, type Patience, timeRuns } from '../quiet.ts';
import { type ArmStep, recipe, runArm } from './rl-arm.ts';
import { type PeerArm, TrlPeer } from './trl-peer.ts';

export interface AgainstTrl {
  readonly python: string;
  readonly base: string;
  /** Where arms are run. */
  readonly directory: string;
  readonly patience: Patience;
  readonly steps: number;
  /** Settings of our arms beside those of this comparison. */
  readonly settings: readonly string[];
}

const goals = { seconds: { atMost: 0.333 }, reward: { atMost: 1 } } as const satisfies Record<string, Goal>;
/** Of the asynchronous arm: as the recipe has it. */
const maxLag = 1;
/** Steps at the beginning whose time is not counted, of either. */
const warmup = 4;

interface Repeat {
  readonly trl: PeerArm;
  readonly inTurn: readonly ArmStep[];
  readonly ahead: readonly ArmStep[];
  readonly quality: Quality;
}

type Quality = NonNullable<Figure['quality']>;

export async function againstTrl(options: AgainstTrl): Promise<FigureGroup> {
  if (options.steps <= warmup + maxLag + 1) {
    throw new RangeError(`--steps has to be more than ${warmup + maxLag + 1} for a comparison with a peer`);
  }
  const peer = await TrlPeer.start(options.python, options.base);
  try {
    const { repeats: wanted, extraSeconds } = options.patience;
    const made: Repeat[] = [];
    let spent = 0;
    for (let seed = 1; seed <= wanted || spent < extraSeconds; seed += 1) {
      if (made.filter(isQuiet).length >= wanted) break;
      const began = performance.now();
      made.push(await oneRepeat(peer, options, seed));
      if (seed > wanted) spent += (performance.now() - began) / 1000;
    }
    const quiet = made.filter(isQuiet);
    // Who else used the machine matters to times, not to rewards.
    const repeats = quiet.length >= wanted ? quiet : made;
    return { title: peer.versions, figures: [...timeFigures(repeats), ...rewardFigures(made)] };
  } finally {
    peer.close();
  }
}

async function oneRepeat(peer: TrlPeer, options: AgainstTrl, seed: number): Promise<Repeat> {
  const settings = [...options.settings, `seed=${seed}`, 'rl.grader=exact', 'rl.loss.entropyCoefficient=0'];
  const { recipe: theirs } = loadRecipe(recipe, settings);
  const arm = (lag: number) =>
    watched(
      () => runArm(options.base, options.directory, [...settings, `rl.pipeline.maxLag=${lag}`]),
      () => 0,
    );
  const trl = await watched(
    () => peer.train(theirs),
    ({ cpuSeconds }) => cpuSeconds,
  );
  const inTurn = await arm(0);
  const ahead = await arm(maxLag);
  const quality = worst([trl, inTurn, ahead].map((one) => one.quality));
  return { trl: trl.value, inTurn: inTurn.value, ahead: ahead.value, quality };
}

/** Does it, and tells whether others had the machine meanwhile. `delegated` is the CPU time of a process that goes on. */
async function watched<T>(
  run: () => Promise<T>,
  delegated: (value: T) => number,
): Promise<{ readonly value: T; readonly quality: Quality }> {
  const values: T[] = [];
  const repeat = await timeRuns(async () => {
    const before = endedChildrenSeconds();
    const value = await run();
    values.push(value);
    return endedChildrenSeconds() - before + delegated(value);
  }, 1);
  const quality =
    repeat.others === undefined ? 'unknown' : isUndisturbed(repeat) ? 'undisturbed' : 'disturbed';
  return { value: values[0] as T, quality };
}

function isQuiet({ quality }: Repeat): boolean {
  return quality !== 'disturbed';
}

function worst(qualities: readonly Quality[]): Quality {
  return (['disturbed', 'unknown'] as const).find((quality) => qualities.includes(quality)) ?? 'undisturbed';
}

function timeFigures(repeats: readonly Repeat[]): Figure[] {
  const trl = repeats.map((repeat) => secondsOf(repeat.trl.steps));
  const inTurn = repeats.map((repeat) => secondsOf(repeat.inTurn));
  const ahead = repeats.map((repeat) => secondsOf(repeat.ahead));
  const quality = worst(repeats.map((repeat) => repeat.quality));
  const toTrl = (ours: readonly number[]) => ours.map((seconds, r) => seconds / (trl[r] ?? 0));
  return [
    repeated('a step, TRL', 's', trl, { quality }),
    repeated('a step, QED, synchronous', 's', inTurn, { quality }),
    repeated(`a step, QED, at most ${maxLag} step of lag`, 's', ahead, { quality }),
    repeated('QED, synchronous / TRL', 'ratio', toTrl(inTurn), { quality }),
    repeated(`QED, at most ${maxLag} step of lag / TRL`, 'ratio', toTrl(ahead), {
      goal: goals.seconds,
      quality,
    }),
    repeated(
      'TRL: wait for rewards, a step',
      'ms',
      repeats.map(({ trl: { steps, rewardSeconds } }) => (1000 * rewardSeconds) / steps.length),
    ),
  ];
}

/** While the pipeline is full: neither the first steps count nor the last, which sample ahead for no others. */
function secondsOf(steps: readonly { readonly step: number; readonly seconds: number }[]): number {
  return mean(
    steps.filter(({ step }) => step > warmup && step < steps.length - maxLag).map(({ seconds }) => seconds),
  );
}

function rewardFigures(repeats: readonly Repeat[]): Figure[] {
  const first = repeats.map(({ trl, inTurn }) => ({
    trl_P_A: trl.steps[0]?.rewards_P_A ?? [],
    trl: rewardsOf(trl)[0] ?? 0,
    qed: inTurn[0]?.reward ?? 0,
  }));
  // Of the same weights on the same problems only the attempts differ, those of the one as much as those of the other.
  const groups_A = first.flatMap(({ trl_P_A }) => trl_P_A);
  const noise = groups_A.reduce((sum, rewards) => sum + (2 * variance(rewards)) / rewards.length, 0);
  const atFirst = mean(first.map(({ trl, qed }) => qed - trl));
  const firstHalf = (1.96 * Math.sqrt(noise)) / groups_A.length;
  return [
    repeated(
      'reward of the first step, TRL',
      'share',
      first.map(({ trl }) => trl),
    ),
    repeated(
      'reward of the first step, QED',
      'share',
      first.map(({ qed }) => qed),
    ),
    within('  QED − TRL (95 % interval of equal ones)', atFirst, [-firstHalf, firstHalf]),
    counted('  difference / half the interval', 'ratio', Math.abs(atFirst) / firstHalf, goals.reward),
    repeated(
      'mean reward, TRL',
      'share',
      repeats.map(({ trl }) => mean(rewardsOf(trl))),
    ),
    ...comparedReward('mean reward, QED, synchronous', repeats, ({ inTurn }) => inTurn),
    ...comparedReward(`mean reward, QED, at most ${maxLag} step of lag`, repeats, ({ ahead }) => ahead),
  ];
}

/** A step is compared with the same step of the other: both have trained as much, on the same problems. */
function comparedReward(
  name: string,
  repeats: readonly Repeat[],
  armOf: (repeat: Repeat) => readonly ArmStep[],
): Figure[] {
  const differences = repeats.flatMap((repeat) => {
    const theirs = rewardsOf(repeat.trl);
    return armOf(repeat).map(({ step, reward = 0 }) => [reward - (theirs[step - 1] ?? 0)]);
  });
  const { estimate, low, high } = meanInterval(differences, { random: new Random('against-trl') });
  const means = repeats.map((repeat) => mean(armOf(repeat).map(({ reward = 0 }) => reward)));
  return [
    repeated(name, 'share', means),
    within('  QED − TRL (95 % interval over steps)', estimate, [low, high]),
    counted(
      '  difference / half the interval',
      'ratio',
      (2 * Math.abs(estimate)) / (high - low),
      goals.reward,
    ),
  ];
}

/** Mean reward by step. */
function rewardsOf({ steps }: PeerArm): number[] {
  return steps.map(({ rewards_P_A }) => mean(rewards_P_A.flat()));
}

function within(name: string, value: number, [lowest, highest]: readonly [number, number]): Figure {
  return { name, value, unit: 'share', lowest, highest };
}
