/** The fault tests of asynchronous training by name, in the size of their long form or a part of it. */
import type { Section } from '../setting.ts';
import { type KillKind, killKinds } from './kill-moments.ts';
import { trainKills } from './kills.ts';
import { replayedHistories } from './replay.ts';
import { longStragglers, stragglerTest } from './stragglers.ts';
import { longWeightSync, weightSync } from './weight-sync.ts';

export interface TrainTestOptions {
  readonly seed: number;
  /** 1 is the long form. */
  readonly scale: number;
  /** Where runs are killed, and how often at each. */
  readonly moments: readonly KillKind[];
  readonly killsOfEach: number;
}

export type TrainTest = (options: TrainTestOptions) => Promise<Section>;

export const trainTests: Readonly<Record<string, TrainTest>> = {
  'train-kills': (options) => trainKills(killOptions(options, 3)),
  'train-kills-twin': (options) => trainKills(killOptions(options, 0)),
  straggler: ({ seed, scale }) => stragglerTest(longStragglers(seed, scale)),
  replay: ({ seed, scale }) =>
    replayedHistories({ seed, histories: Math.max(1, Math.round(10_000 * scale)) }),
  'weight-sync': ({ scale }) => {
    const { paritySteps, ...long } = longWeightSync;
    return weightSync({ ...long, paritySteps: Math.max(3, Math.round(paritySteps * scale)) });
  },
};

export function isKillKind(name: string): name is KillKind {
  return killKinds.some((kind) => kind === name);
}

function killOptions({ seed, scale, moments, killsOfEach }: TrainTestOptions, maxLag: number) {
  const part = (count: number, least: number) => Math.max(least, Math.round(count * scale));
  return { seed, kinds: moments, killsOfEach: part(killsOfEach, 1), steps: part(40, 4), maxLag };
}
