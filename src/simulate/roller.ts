/**
 * Makes a group as collectGroup (train/collect.ts) makes a real one, by the same parts: places for sampling, each attempt
 * under a lease, places for grading, every attempt by itself.
 */
import { runTogether } from '../journal/run-together.ts';
import { type Clock, pause } from '../model/openai/clock.ts';
import { Random } from '../stats/random.ts';
import { LeaseExpiredError, withLease } from '../train/pipeline/lease.ts';
import type { Roll } from '../train/pipeline/pipeline.ts';
import { Slots } from '../train/pipeline/slots.ts';
import type { Cluster } from './cluster.ts';
import type { LengthOf } from './lengths.ts';
import type { SamplingPool } from './sampling-pool.ts';
import type { SimulatedRecipe } from './simulation.ts';

export interface SimulatedGroup {
  readonly tokensByVersion: ReadonlyMap<number, number>;
  readonly attempts: number;
  readonly overflowed: number;
  /** All of its attempts got the same reward. */
  readonly isSame: boolean;
}

export interface RollerWorld {
  readonly cluster: Cluster;
  readonly recipe: SimulatedRecipe;
  readonly clock: Clock;
  readonly pool: SamplingPool;
  readonly grading: Slots;
  readonly seed: number;
  readonly lengthOf: LengthOf;
}

/** Times that an attempt is begun at most, as in stage rl. */
const leases = 3;

export function rollerOf(world: RollerWorld): Roll<SimulatedGroup> {
  const { cluster, recipe, clock, pool, grading, seed, lengthOf } = world;
  // Without a setting, as many as there are places for: what waits for one does not grow old.
  const { attemptSeconds, samplingAtOnce = pool.room } = recipe.pipeline;
  const sampling = new Slots(samplingAtOnce, clock);
  const lease = { seconds: attemptSeconds, tries: leases, clock };
  const places = Array.from({ length: recipe.groupSize }, (_, place) => place);
  return async (index, { signal, progressed, queued, begun }) => {
    const tokensByVersion = new Map<number, number>();
    const isSame = new Random('reward', seed, index).chance(cluster.sameRewardShare);
    let overflows = 0;
    const attempt = async (place: number, stop: AbortSignal): Promise<void> => {
      const random = new Random('attempt', seed, index, place);
      const { tokens, overflowed } = lengthOf(index, place);
      const lateness = random.chance(cluster.stragglers.share) ? cluster.stragglers.factor : 1;
      const request = { promptTokens: cluster.promptTokens, length: tokens, lateness };
      const sampled = await sampling.run(() => {
        begun();
        return withLease(lease, `${index}/${place}`, stop, (end) => pool.sample(request, end));
      }, stop);
      progressed();
      for (const [version, count] of sampled)
        tokensByVersion.set(version, (tokensByVersion.get(version) ?? 0) + count);
      if (overflowed) overflows += 1;
      if (overflowed && recipe.truncation !== 'grade-what-exists') return;
      const { medianSeconds, spread } = cluster.judge;
      const milliseconds = 1000 * medianSeconds * Math.exp(spread * random.normal());
      if (milliseconds > 0) await grading.run(() => pause(clock, milliseconds, stop), stop);
      progressed();
    };
    try {
      queued();
      await runTogether(places, signal, (place, _, stop) => attempt(place, stop));
    } catch (error) {
      if (error instanceof LeaseExpiredError) return { kind: 'dropped', reason: 'attempt-timeout' };
      throw error;
    }
    if (isSame && recipe.zeroVarianceGroups === 'refill') return { kind: 'dropped', reason: 'all-equal' };
    const group = { tokensByVersion, attempts: recipe.groupSize, overflowed: overflows, isSame };
    return { kind: 'group', group, oldestVersion: Math.min(...tokensByVersion.keys()) };
  };
}
