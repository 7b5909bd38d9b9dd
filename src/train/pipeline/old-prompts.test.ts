import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../model/openai/virtual-clock.ts';
import { Random } from '../../stats/random.ts';
import { Pipeline, type PipelineSettings, type Roll, type Taken } from './pipeline.ts';

interface Made {
  readonly oldestVersion: number;
}

interface Fate {
  /** Until the group has its prompt, whose oldest token is so many versions older than the group. */
  readonly prompt: { readonly seconds: number; readonly age: number };
  /** Until its attempts begin, and until they have ended. */
  readonly queue: number;
  readonly seconds: number;
  readonly drop?: string;
}

/** A world in which groups begin with prompts that a model has written, with older weights perhaps. */
class World {
  readonly clock = new VirtualClock();
  version = 0;
  dispatched = 0;
  readonly #fateOf: (index: number) => Fate;

  constructor(fateOf: (index: number) => Fate) {
    this.#fateOf = fateOf;
  }

  readonly roll: Roll<Made> = async (index, { signal, restsOn, queued, begun }) => {
    this.dispatched += 1;
    const { prompt, queue, seconds, drop } = this.#fateOf(index);
    const oldest = Math.max(0, this.version - prompt.age);
    await this.#wait(prompt.seconds, signal);
    if (!restsOn(oldest)) return { kind: 'dropped', reason: 'stale-state' };
    queued();
    await this.#wait(queue, signal);
    begun();
    await this.#wait(seconds, signal);
    if (drop !== undefined) return { kind: 'dropped', reason: drop };
    return { kind: 'group', group: { oldestVersion: oldest }, oldestVersion: oldest };
  };

  async train(
    settings: PipelineSettings,
    seconds: () => number,
  ): Promise<{ taken: Taken<Made>[]; ends: number }> {
    const pipeline = new Pipeline<Made>(settings, this.roll, this.clock);
    const taken: Taken<Made>[] = [];
    pipeline.start();
    for (let step = 1; step <= settings.steps; step += 1) {
      taken.push(await pipeline.take(step));
      await this.#wait(seconds(), new AbortController().signal);
      this.version = step;
      pipeline.advance(step);
    }
    const cancelled = await pipeline.close();
    const ends = taken.reduce(
      (sum, { groups, dropped }) => sum + groups.length + dropped.length,
      cancelled.length,
    );
    return { taken, ends };
  }

  #wait(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => reject(new DOMException('aborted', 'AbortError'));
      if (signal.aborted) leave();
      const timer = this.clock.after(1000 * seconds, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
      signal.addEventListener('abort', () => {
        timer.cancel();
        leave();
      });
    });
  }
}

test('LAG-BOUND, EMIT-ONCE: a prompt counts as old as its oldest token, over random interleavings', async () => {
  let dropped = 0;
  let old = 0;
  for (let round = 0; round < 60; round += 1) {
    const random = new Random('old-prompts', round);
    const fates = random.fork('fates');
    const maxLag = 1 + Math.floor(4 * random.next());
    const world = new World(() => ({
      prompt: { seconds: 6 * fates.next(), age: fates.next() < 0.5 ? 0 : Math.floor(4 * fates.next()) },
      queue: fates.next() < 0.5 ? 0 : 5 * fates.next(),
      seconds: 1 + 3 * fates.next(),
    }));
    const run = world.train(
      {
        ...{ steps: 10, groupsPerStep: 1 + Math.floor(4 * random.next()), maxLag },
        ...{ stragglerSeconds: 30, stallSeconds: 1000, mostDropped: 500 },
      },
      () => 4 * random.next(),
    );
    const { taken, ends } = await world.clock.runUntil(run);
    taken.forEach(({ groups, dropped: ended }, place) => {
      for (const { group } of groups) {
        assert.ok(place - group.oldestVersion <= maxLag, `round ${round}, step ${place + 1}`);
        if (place - group.oldestVersion === maxLag) old += 1;
      }
      dropped += ended.filter(({ reason }) => reason === 'stale-state' || reason === 'stale').length;
    });
    assert.equal(ends, world.dispatched, `round ${round}: every group ends once`);
  }
  assert.ok(old > 20, 'the test has to come to the bound');
  assert.ok(dropped > 20, 'and beyond it');
});

test('a step waits for a group that rests on old tokens, though it was dispatched with newer weights', async () => {
  // Group 3 is dropped while step 2 waits for group 2; what replaces it has a prompt that no later step may train on.
  const world = new World((index) => ({
    prompt: { seconds: 0.1, age: index === 6 ? 1 : 0 },
    queue: 0,
    seconds: [1, 1, 6, 5, 1, 1, 20][index] ?? 1,
    ...(index === 3 ? { drop: 'all-equal' } : {}),
  }));
  const run = world.train(
    { steps: 4, groupsPerStep: 2, maxLag: 1, stragglerSeconds: 60, stallSeconds: 1000 },
    () => 2,
  );
  const { taken } = await world.clock.runUntil(run);
  const [, second] = taken;
  assert.ok((second?.stragglerSeconds ?? 0) > 10, 'others were there long before');
  assert.deepEqual(
    second?.groups.map(({ index, group }) => [index, group.oldestVersion]),
    [
      [2, 0],
      [6, 0],
    ],
  );
  assert.deepEqual(
    taken.flatMap(({ dropped }) => dropped),
    [{ index: 3, reason: 'all-equal' }],
  );
});

test('a prompt that only a step that was taken already might have is of no use', async () => {
  const world = new World((index) => ({
    prompt: { seconds: 0.1, age: index === 4 ? 1 : 0 },
    ...{ queue: 0, seconds: 1 },
  }));
  const run = world.train(
    { steps: 3, groupsPerStep: 2, maxLag: 1, stragglerSeconds: 60, stallSeconds: 1000 },
    () => 2,
  );
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(
    taken.flatMap(({ dropped }) => dropped),
    [{ index: 4, reason: 'stale-state' }],
  );
});
