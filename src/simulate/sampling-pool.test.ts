import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../model/openai/virtual-clock.ts';
import { Random } from '../stats/random.ts';
import { smallSampling } from './fixtures/small-cluster.ts';
import { SamplingPool } from './sampling-pool.ts';

const machines = { ...smallSampling, enginesPerNode: 2, nodes: 2, sequencesPerEngine: 2 };
const never = new AbortController().signal;

function world() {
  const clock = new VirtualClock();
  const pool = new SamplingPool(machines, clock);
  const ends: { name: string; seconds: number; tokens: number }[] = [];
  const sample = (name: string, length: number, { lateness = 1, signal = never } = {}) => {
    pool.sample({ promptTokens: 0, length, lateness }, signal).then(
      (byVersion) => {
        const tokens = [...byVersion.values()].reduce((a, b) => a + b, 0);
        ends.push({ name, seconds: clock.now() / 1000, tokens: Math.round(tokens) });
      },
      () => ends.push({ name: `${name} left`, seconds: clock.now() / 1000, tokens: 0 }),
    );
  };
  return { clock, pool, ends, sample };
}

test('attempts are dealt to the engines with the fewest, and the others wait in their order', async () => {
  const { clock, ends, sample } = world();
  for (const name of ['a', 'b', 'c', 'd']) sample(name, 10);
  await clock.advance(1);
  for (let more = 0; more < 5; more += 1) sample(`later ${more}`, 10);
  await clock.advance(1_000_000);
  const [first, ...others] = ends;
  // Two on each engine: a step of two.
  assert.equal(first?.name, 'a');
  assert.ok(Math.abs((first?.seconds ?? 0) - 20) < 0.01);
  assert.equal(others.at(-1)?.name, 'later 4', 'the ninth had to wait for a place');
});

test("Little's law: places in use are the rate of attempts times the time of one", async () => {
  const random = new Random('little');
  const { clock, pool } = world();
  let inPlaces = 0;
  const count = 400;
  await clock.runUntil(
    Promise.all(
      Array.from({ length: count }, async () => {
        // With never more at a time than there are places nobody waits, and all of the time is spent in one.
        const wait = random.below(200_000_000);
        await new Promise<void>((resolve) => void clock.after(wait, resolve));
        const began = clock.now();
        await pool.sample({ promptTokens: 3, length: 1 + random.below(500), lateness: 1 }, never);
        inPlaces += (clock.now() - began) / 1000;
      }),
    ),
  );
  const seconds = clock.now() / 1000;
  const { sequenceSeconds } = pool.use();
  const [rate, each] = [count / seconds, inPlaces / count];
  assert.ok(Math.abs(sequenceSeconds / seconds - rate * each) < 1e-3 * rate * each);
});

test('a late attempt keeps its place for so many times its decoding', async () => {
  const { clock, ends, sample } = world();
  sample('late', 10, { lateness: 3 });
  await clock.advance(1_000_000);
  assert.deepEqual(ends, [{ name: 'late', seconds: 45, tokens: 10 }]);
});

test('what a lost node had begins again elsewhere when that is noticed, and nothing is sent there until it is back', async () => {
  const { clock, pool, ends, sample } = world();
  for (let attempt = 0; attempt < 4; attempt += 1) sample(`${attempt}`, 10);
  await clock.advance(6_000);
  const lost = pool.loseNodes(1);
  await clock.advance(24_000);
  // The other node's two are done.
  assert.deepEqual(
    ends.map(({ seconds }) => seconds),
    [15, 15],
  );
  lost.notice();
  await clock.advance(1_000_000);
  assert.deepEqual(
    ends.map(({ seconds, tokens }) => [seconds, tokens]),
    [
      [15, 10],
      [15, 10],
      [45, 10],
      [45, 10],
    ],
  );
  assert.ok(Math.abs(pool.use().lostTokens - 2 * 4) < 1e-6);
  lost.restart();
  for (let attempt = 0; attempt < 4; attempt += 1) sample('after', 10);
  await clock.advance(1_000_000);
  const after = ends.slice(4).map(({ seconds }) => seconds);
  assert.equal(new Set(after).size, 1, 'each has an engine of its own again');
});

test('a loss that nobody notices hangs until the attempt is given up', async () => {
  const { clock, pool, ends, sample } = world();
  const controllers = Array.from({ length: 4 }, () => new AbortController());
  controllers.forEach(({ signal }, index) => {
    sample(`${index}`, 10, { signal });
  });
  pool.loseNodes(1);
  await clock.advance(1_000_000);
  assert.equal(ends.length, 2);
  for (const controller of controllers) controller.abort();
  await clock.advance(1);
  assert.deepEqual(
    ends.slice(2).map(({ name }) => name),
    ['0 left', '1 left'],
  );
});
