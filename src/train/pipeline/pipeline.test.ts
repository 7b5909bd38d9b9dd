import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timer } from '../../model/openai/clock.ts';
import { VirtualClock } from '../../model/openai/virtual-clock.ts';
import { Random } from '../../stats/random.ts';
import {
  Pipeline,
  type PipelineSettings,
  PipelineStalledError,
  type Roll,
  type Rolled,
  type Taken,
} from './pipeline.ts';
import { Slots } from './slots.ts';

interface Made {
  readonly index: number;
  readonly oldestVersion: number;
}

/** A world in which a group takes some time, or for ever, and the weights move on meanwhile. */
class World {
  readonly clock = new VirtualClock();
  version = 0;
  readonly dispatched: { readonly index: number; readonly version: number }[] = [];
  readonly #fateOf: (index: number) => { seconds: number; drop?: string; error?: Error };

  constructor(fateOf: (index: number) => { seconds: number; drop?: string; error?: Error }) {
    this.#fateOf = fateOf;
  }

  readonly roll: Roll<Made> = (index, { signal }) =>
    new Promise((resolve, reject) => {
      const oldestVersion = this.version;
      this.dispatched.push({ index, version: oldestVersion });
      const { seconds, drop, error } = this.#fateOf(index);
      let timer: Timer | undefined;
      if (seconds < Number.POSITIVE_INFINITY) {
        timer = this.clock.after(1000 * seconds, () => {
          if (error !== undefined) reject(error);
          else if (drop !== undefined) resolve({ kind: 'dropped', reason: drop });
          else resolve({ kind: 'group', group: { index, oldestVersion }, oldestVersion });
        });
      }
      signal.addEventListener('abort', () => {
        timer?.cancel();
        reject(new DOMException('aborted', 'AbortError'));
      });
    });

  pipeline(settings: Partial<PipelineSettings>, before?: { step: number; ended: Iterable<number> }) {
    const defaults = { groupsPerStep: 4, steps: 10, maxLag: 1, stragglerSeconds: 5, stallSeconds: 1_000 };
    return new Pipeline<Made>({ ...defaults, ...settings }, this.roll, this.clock, before);
  }

  wait(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(1000 * seconds, resolve));
  }

  /** Takes all steps, each training for so long. */
  async train(pipeline: Pipeline<Made>, steps: number, seconds: (step: number) => number, from = 0) {
    const taken: Taken<Made>[] = [];
    pipeline.start();
    for (let step = from + 1; step <= steps; step += 1) {
      taken.push(await pipeline.take(step));
      await this.wait(seconds(step));
      this.version = step;
      pipeline.advance(step);
    }
    return { taken, cancelled: await pipeline.close() };
  }
}

test('LAG-BOUND, EMIT-ONCE: over random interleavings every group ends once, and none is trained beyond the bound', async () => {
  const random = new Random('pipeline');
  let stragglers = 0;
  let stale = 0;
  for (let round = 0; round < 120; round += 1) {
    const groupsPerStep = 1 + Math.floor(5 * random.next());
    const maxLag = Math.floor(5 * random.next());
    const steps = 1 + Math.floor(12 * random.next());
    // What never ends would keep its place for ever: attempts have deadlines of their own.
    const isLimited = random.next() < 0.3;
    const shares = {
      never: isLimited ? 0 : 0.06 * random.next(),
      long: 0.2 * random.next(),
      refused: 0.4 * random.next(),
    };
    const fates = new Random('fates', round);
    const world = new World(() => {
      const drawn = fates.next();
      const seconds = 0.5 + 2 * fates.next();
      if (drawn < shares.never) return { seconds: Number.POSITIVE_INFINITY };
      if (drawn < shares.never + shares.long) return { seconds: 30 * seconds };
      if (drawn < shares.never + shares.long + shares.refused) return { seconds, drop: 'all-equal' };
      return { seconds };
    });
    const pipeline = world.pipeline({
      ...{ groupsPerStep, maxLag, steps, stragglerSeconds: 20 * random.next(), mostDropped: 500 },
      ...(random.next() < 0.3 ? { groupsAtOnce: 1 + Math.floor(8 * random.next()) } : {}),
    });
    const training = new Random('training', round);
    const run = world.train(pipeline, steps, () => 4 * training.next());
    const { taken, cancelled } = await world.clock.runUntil(run);

    const ends: number[] = [];
    taken.forEach(({ groups, dropped }, index) => {
      assert.equal(groups.length, groupsPerStep);
      for (const { index: group, group: made } of groups) {
        assert.ok(index - made.oldestVersion <= maxLag, `round ${round}: lag ${index - made.oldestVersion}`);
        assert.ok(made.oldestVersion <= index);
        ends.push(group);
      }
      for (const { index: group, reason } of dropped) {
        if (reason === 'straggler') stragglers += 1;
        if (reason === 'stale') stale += 1;
        ends.push(group);
      }
    });
    for (const { index } of cancelled) ends.push(index);
    // What was dispatched ended, once.
    const indices = world.dispatched.map(({ index }) => index);
    assert.deepEqual(
      ends.toSorted((a, b) => a - b),
      indices.toSorted((a, b) => a - b),
      `round ${round}`,
    );
    assert.equal(new Set(ends).size, ends.length);
    const counts = pipeline.state().counts;
    assert.equal(counts.underWay, 0);
    const dropped = Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(counts.dispatched, counts.trained + dropped);
    assert.equal(world.clock.waiting, 0);
  }
  assert.ok(stragglers > 20, 'the test has to come to the deadline');
  // In one sitting pacing and waiting suffice.
  assert.equal(stale, 0);
});

test('a bound of 0 is synchronous: nothing is sampled while the optimiser steps', async () => {
  const world = new World(() => ({ seconds: 1 }));
  const run = world.train(world.pipeline({ maxLag: 0, steps: 3 }), 3, () => 10);
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(
    world.dispatched.map(({ version }) => version),
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
  );
  assert.deepEqual(
    taken.map(({ waitedSeconds }) => waitedSeconds),
    [1, 1, 1],
  );
});

test('a bound of 1 samples while the optimiser steps, and no group more than can be trained', async () => {
  const world = new World(() => ({ seconds: 1 }));
  const run = world.train(world.pipeline({ maxLag: 1, steps: 3 }), 3, () => 10);
  const { taken, cancelled } = await world.clock.runUntil(run);
  assert.deepEqual(
    world.dispatched.map(({ version }) => version),
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
  );
  assert.deepEqual(
    taken.map(({ waitedSeconds }) => waitedSeconds),
    [1, 0, 0],
  );
  assert.deepEqual(cancelled, []);
});

test('a step waits for the groups that it is the last to train, up to the deadline, and takes the oldest first', async () => {
  // Groups of four; group 1 takes 20 seconds, which the bound of 1 lets it have until step 2.
  const world = new World((index) => ({ seconds: index === 1 ? 20 : 1 }));
  const run = world.train(world.pipeline({ steps: 3, stragglerSeconds: 30 }), 3, () => 1);
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(
    taken.map(({ groups }) => groups.map(({ index }) => index)),
    [
      [0, 2, 3, 4],
      [1, 5, 6, 7],
      [8, 9, 10, 11],
    ],
  );
  assert.ok((taken[1]?.stragglerSeconds ?? 0) > 15);
});

test('a group that waits for a place is neither old nor late, however long the sampler is busy with others', async () => {
  // Two places; a group takes 10 s in one, so that with a bound of 8 the last of 36 groups has to wait for 170 s.
  const world = new World(() => ({ seconds: 10 }));
  const places = new Slots(2, world.clock);
  const inPlaces: Roll<Made> = (index, options) => {
    options.queued();
    return places.run(() => {
      options.begun();
      return world.roll(index, options);
    }, options.signal);
  };
  const settings = { groupsPerStep: 4, steps: 20, maxLag: 8, stragglerSeconds: 5, stallSeconds: 1_000 };
  const pipeline = new Pipeline<Made>(settings, inPlaces, world.clock);
  const { taken } = await world.clock.runUntil(world.train(pipeline, 20, () => 1));
  assert.deepEqual(
    taken.flatMap(({ dropped }) => dropped),
    [],
  );
  const lags = taken.flatMap(({ groups }, step) => groups.map(({ group }) => step - group.oldestVersion));
  assert.equal(Math.max(...lags), 1, 'they began when they had a place, not when they were dispatched');
});

test('LAG-BOUND: a group that has begun grows old and is late like any other, also when it had waited', async () => {
  const world = new World((index) => ({ seconds: index === 1 ? Number.POSITIVE_INFINITY : 1 }));
  const roll: Roll<Made> = (index, options) => {
    options.queued();
    return world.wait(0.5).then(() => {
      options.begun();
      return world.roll(index, options);
    });
  };
  const settings = { groupsPerStep: 4, steps: 3, maxLag: 1, stragglerSeconds: 5, stallSeconds: 1_000 };
  const pipeline = new Pipeline<Made>(settings, roll, world.clock);
  const { taken } = await world.clock.runUntil(world.train(pipeline, 3, () => 1));
  assert.deepEqual(taken[1]?.dropped, [{ index: 1, reason: 'straggler' }]);
});

test('what is late beyond the deadline is dropped, counted, and another takes its place', async () => {
  const world = new World((index) => ({ seconds: index === 1 ? Number.POSITIVE_INFINITY : 1 }));
  const run = world.train(world.pipeline({ steps: 3, stragglerSeconds: 5 }), 3, () => 1);
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(taken[1]?.dropped, [{ index: 1, reason: 'straggler' }]);
  assert.deepEqual(
    taken.map(({ groups }) => groups.length),
    [4, 4, 4],
  );
});

test('in a synchronous run a straggler is waited for from the moment that half of its step is there', async () => {
  const world = new World((index) => ({ seconds: index < 3 ? 100 : 110 }));
  const run = world.train(world.pipeline({ maxLag: 0, steps: 1, stragglerSeconds: 20 }), 1, () => 1);
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(taken[0]?.dropped, []);
});

test('a second sitting does not dispatch what has ended, and takes up what had not', async () => {
  const world = new World(() => ({ seconds: 1 }));
  world.version = 2;
  const ended = [0, 1, 2, 3, 4, 6, 7, 9];
  const run = world.train(world.pipeline({ steps: 3 }, { step: 2, ended }), 3, () => 1, 2);
  const { taken } = await world.clock.runUntil(run);
  assert.deepEqual(
    taken.map(({ groups }) => groups.map(({ index }) => index)),
    [[5, 8, 10, 11]],
  );
});

test('LAG-BOUND: a group of an earlier sitting that is too old by now is dropped', async () => {
  const world = new World(() => ({ seconds: 1 }));
  world.version = 5;
  const old: Roll<Made> = async (index, options) => {
    const rolled: Rolled<Made> = await world.roll(index, options);
    return index === 20 && rolled.kind === 'group' ? { ...rolled, oldestVersion: 2 } : rolled;
  };
  const settings = { groupsPerStep: 4, steps: 6, maxLag: 1, stragglerSeconds: 5, stallSeconds: 100 };
  const ended = Array.from({ length: 20 }, (_, index) => index);
  const pipeline = new Pipeline<Made>(settings, old, world.clock, { step: 5, ended });
  const { taken } = await world.clock.runUntil(world.train(pipeline, 6, () => 1, 5));
  assert.deepEqual(taken[0]?.dropped, [{ index: 20, reason: 'stale' }]);
  assert.deepEqual(
    taken[0]?.groups.map(({ index }) => index),
    [21, 22, 23, 24],
  );
});

test('a group that no step will take is let go: one that is too old, one that comes after its end, one that is left over', async () => {
  const world = new World(() => ({ seconds: 1 }));
  world.version = 5;
  const letGo: number[] = [];
  // 20 is of old tokens; 21 does not listen when it is told to stop.
  const roll: Roll<Made> = async (index, options) => {
    if (index === 21) await world.wait(30);
    else await world.roll(index, options);
    const oldestVersion = index === 20 ? 2 : 5;
    const group = { index, oldestVersion };
    return { kind: 'group', group, oldestVersion, letGo: () => void letGo.push(index) };
  };
  const settings = { groupsPerStep: 2, steps: 8, maxLag: 1, stragglerSeconds: 5, stallSeconds: 100 };
  const ended = Array.from({ length: 20 }, (_, index) => index);
  const pipeline = new Pipeline<Made>(settings, roll, world.clock, { step: 5, ended });
  const { taken, cancelled } = await world.clock.runUntil(world.train(pipeline, 7, () => 2, 5));
  await world.clock.advance(60_000);
  const trained = taken.flatMap(({ groups }) => groups.map(({ index }) => index));
  const dropped = taken.flatMap((one) => one.dropped).map(({ index }) => index);
  assert.deepEqual(dropped, [20, 21]);
  // Those that were left over had ended, too: they take no longer than a step.
  const leftOver = cancelled.map(({ index }) => index);
  assert.ok(leftOver.length > 0);
  assert.deepEqual(
    letGo.toSorted((a, b) => a - b),
    [...dropped, ...leftOver].sort((a, b) => a - b),
  );
  assert.ok(letGo.every((index) => !trained.includes(index)));
});

test('the first failure of a roll fails the step that waits, and the others are told to stop', async () => {
  const world = new World((index) =>
    index === 2 ? { seconds: 1, error: new Error('the sampler has died') } : { seconds: 5 },
  );
  const pipeline = world.pipeline({});
  await assert.rejects(world.clock.runUntil(world.train(pipeline, 10, () => 1)), /the sampler has died/);
  const ended = await world.clock.runUntil(pipeline.close());
  assert.equal(ended.length, 8);
  assert.equal(world.clock.waiting, 0);
});

test('when nothing happens any longer the pipeline says which step waits for what', async () => {
  const world = new World(() => ({ seconds: Number.POSITIVE_INFINITY }));
  const pipeline = world.pipeline({ stallSeconds: 60, stragglerSeconds: 100 });
  await assert.rejects(world.clock.runUntil(world.train(pipeline, 10, () => 1)), (error) => {
    assert.ok(error instanceof PipelineStalledError);
    assert.equal(
      error.message,
      'nothing has happened for 60 s: step 1 waits for groups, 0 of 4 are ready; ' +
        '8 are under way, the longest, group 0, for 60 s on version 0',
    );
    return true;
  });
  await pipeline.close();
});

test('a run in which every group is dropped ends instead of going on for ever', async () => {
  const world = new World(() => ({ seconds: 1, drop: 'all-equal' }));
  const pipeline = world.pipeline({});
  await assert.rejects(
    world.clock.runUntil(world.train(pipeline, 10, () => 1)),
    /groups were dropped since the last step: .*dropped: \d+ all-equal/,
  );
  await pipeline.close();
});

test('where sampling is the faster part it does not run ahead as far as the bound would let it, and no step waits', async () => {
  const world = new World(() => ({ seconds: 1 }));
  const run = world.train(world.pipeline({ maxLag: 5, steps: 40 }), 40, () => 10);
  const { taken } = await world.clock.runUntil(run);
  const lags = taken.map(
    ({ groups }, index) => index - Math.min(...groups.map(({ group }) => group.oldestVersion)),
  );
  assert.equal(Math.max(...lags.slice(32)), 1);
  assert.ok(taken.slice(1).every(({ waitedSeconds }) => waitedSeconds === 0));
});

test('where sampling is the slower part it runs ahead as far as the bound lets it', async () => {
  const world = new World((index) => ({ seconds: 20 + (index % 7) }));
  const run = world.train(world.pipeline({ maxLag: 3, steps: 20 }), 20, () => 1);
  const { taken } = await world.clock.runUntil(run);
  const underWay = taken.map((_, step) => world.dispatched.filter(({ version }) => version <= step).length);
  for (let step = 1; step < 15; step += 1) assert.equal(underWay[step], Math.min(4 * (step + 4), 80));
});
