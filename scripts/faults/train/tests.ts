/** The fault tests of asynchronous training by name, in the size of their long form or a part of it. */
import type { ProveTest } from '../prove/tests.ts';
import { longTrainKills, trainKills } from './kills.ts';
import { longWeightSync, weightSync } from './weight-sync.ts';

export const trainTests: Readonly<Record<string, ProveTest>> = {
  'train-kills': (seed, scale) => {
    const long = longTrainKills(seed);
    const part = (count: number, least: number) => Math.max(least, Math.round(count * scale));
    return trainKills({ ...long, kills: part(long.kills, 1), steps: part(long.steps, 4) });
  },
  'weight-sync': (_, scale) => {
    const { paritySteps, ...long } = longWeightSync;
    return weightSync({ ...long, paritySteps: Math.max(3, Math.round(paritySteps * scale)) });
  },
};
