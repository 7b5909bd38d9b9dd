import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../model/openai/virtual-clock.ts';
import { Random } from '../stats/random.ts';
import type { SamplingMachines } from './cluster.ts';
import { smallSampling } from './fixtures/small-cluster.ts';
import { SamplingEngine, type Sequence } from './sampling-engine.ts';

interface Watched extends Sequence {
  endedAt: number | undefined;
}

/** An engine on a clock, and sequences that remember when they ended. */
function world(settings: Partial<SamplingMachines> = {}) {
  const clock = new VirtualClock();
  const engine = new SamplingEngine({ ...smallSampling, ...settings }, clock);
  const add = (length: number, promptTokens = 0): Watched => {
    const sequence: Watched = {
      ...{ length, promptTokens, generated: 0, tokensByVersion: new Map(), endedAt: undefined },
      ended: () => {
        sequence.endedAt = clock.now() / 1000;
      },
    };
    engine.add(sequence);
    return sequence;
  };
  return { clock, engine, add };
}

function near(actual: number | undefined, expected: number, what = ''): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) < 1e-6,
    `${what} ${actual} is not ${expected}`,
  );
}

test('a step costs something by itself and something for each sequence; who is left alone is faster', async () => {
  const { clock, engine, add } = world();
  const short = add(10);
  const long = add(20);
  await clock.advance(100_000);
  near(short.endedAt, 10 * 2);
  near(long.endedAt, 10 * 2 + 10 * 1.5);
  const { sampledTokens, busySeconds, sequenceSeconds } = engine.use();
  near(sampledTokens, 30);
  near(busySeconds, 35);
  near(sequenceSeconds, 2 * 20 + 15);
});

test('a longer context makes each step longer: the sum is exact', async () => {
  const decode = { stepSeconds: 1, secondsPerSequence: 0, secondsPerContextToken: 0.01 };
  const { clock, add } = world({ decode, prefillTokensPerSecond: 1e12 });
  const sequence = add(40, 60);
  await clock.advance(1_000_000);
  // The integral of 1 + 0.01·(60 + t) from 0 to 40.
  near(sequence.endedAt, 40 + 0.01 * (60 * 40 + (40 * 40) / 2));
});

test('reading a prompt holds everyone up, and who comes when all places are taken waits', async () => {
  const { clock, add } = world({ sequencesPerEngine: 1 });
  const first = add(10, 200);
  const second = add(10, 100);
  await clock.advance(1_000_000);
  near(first.endedAt, 2 + 15);
  near(second.endedAt, 17 + 1 + 15);
});

test('newer weights arrive while nothing is decoded, and every later token is theirs', async () => {
  const { clock, engine, add } = world();
  const sequence = add(10);
  await clock.advance(6_000);
  engine.publish(1, 3);
  await clock.advance(100_000);
  near(sequence.endedAt, 18);
  assert.deepEqual([...sequence.tokensByVersion.keys()], [0, 1]);
  near(sequence.tokensByVersion.get(0), 4);
  near(sequence.tokensByVersion.get(1), 6);
});

test('at half the speed everything takes twice as long, from when the speed changes', async () => {
  const { clock, engine, add } = world();
  const sequence = add(10);
  await clock.advance(6_000);
  engine.setSpeed(0.5);
  await clock.advance(100_000);
  near(sequence.endedAt, 6 + 2 * 9);
});

test('when the cache is full the youngest is put back, keeps its tokens and reads them again later', async () => {
  const { clock, engine, add } = world({ contextTokens: 20, prefillTokensPerSecond: 1 });
  const first = add(15);
  const second = add(15);
  await clock.advance(1_000_000);
  // Ten steps of two fill it; then the first has five steps alone; then the second reads ten tokens and has five.
  near(first.endedAt, 10 * 2 + 5 * 1.5);
  near(second.endedAt, 27.5 + 10 + 5 * 1.5);
  const { sampledTokens, preempted } = engine.use();
  near(sampledTokens, 30);
  assert.equal(preempted, 1);
});

test('a lost engine stands still; what is taken away or given back by it ends nowhere', async () => {
  const { clock, engine, add } = world();
  const lost = add(10);
  const removed = add(10);
  await clock.advance(2_000);
  engine.remove(removed);
  engine.lose();
  await clock.advance(1_000_000);
  assert.equal(lost.endedAt, undefined);
  assert.deepEqual(engine.restart(), [lost]);
  const next = add(2);
  await clock.advance(1_000_000);
  assert.equal(lost.endedAt, undefined);
  assert.equal(removed.endedAt, undefined);
  near(next.endedAt, 1002 + 3);
});

test('over random loads it agrees with an engine that is stepped token by token', async () => {
  const random = new Random('engine');
  for (let round = 0; round < 40; round += 1) {
    const settings: SamplingMachines = {
      ...smallSampling,
      sequencesPerEngine: 1 + random.below(6),
      // No reading of prompts, which a step by itself would split.
      prefillTokensPerSecond: 1e12,
      decode: {
        stepSeconds: 0.01 + 0.1 * random.next(),
        secondsPerSequence: 0.05 * random.next(),
        secondsPerContextToken: 1e-4 * random.next(),
      },
    };
    const arrivals = Array.from({ length: 30 }, () => ({
      at: Math.floor(60_000 * random.next()),
      ...{ length: 1 + random.below(200), promptTokens: random.below(50) },
    })).toSorted((a, b) => a.at - b.at);
    const { clock, engine, add } = world(settings);
    const watched: Watched[] = [];
    for (const { at, length, promptTokens } of arrivals)
      clock.after(at, () => void watched.push(add(length, promptTokens)));
    await clock.advance(10_000_000);
    const stepped = steppedEnds(settings, arrivals);
    const longest = Math.max(...stepped.stepSeconds);
    watched.forEach(({ endedAt }, index) => {
      const expected = stepped.ends[index] ?? 0;
      // Who arrives in the middle of a step has to wait for the next one there; each arrival can cost the others that much.
      const slack = longest * (arrivals.length + 2);
      assert.ok(endedAt !== undefined && Math.abs(endedAt - expected) < slack, `${endedAt} and ${expected}`);
      assert.ok(
        Math.abs((endedAt ?? 0) - expected) < 0.05 * expected + 2 * longest,
        `${endedAt}, ${expected}`,
      );
    });
    const tokens = arrivals.reduce((sum, { length }) => sum + length, 0);
    assert.ok(Math.abs(engine.use().sampledTokens - tokens) < 1e-6 * tokens);
    const byVersion = watched.flatMap(({ tokensByVersion }) => [...tokensByVersion.values()]);
    assert.ok(Math.abs(byVersion.reduce((a, b) => a + b, 0) - tokens) < 1e-6 * tokens);
  }
});

/** The same engine in the plainest way: every step, every token. */
function steppedEnds(
  { sequencesPerEngine, decode }: SamplingMachines,
  arrivals: readonly { at: number; length: number; promptTokens: number }[],
): { ends: number[]; stepSeconds: number[] } {
  const ends: number[] = [];
  const stepSeconds: number[] = [];
  let now = 0;
  let next = 0;
  let running: { index: number; context: number; left: number }[] = [];
  while (next < arrivals.length || running.length > 0) {
    if (running.length === 0) now = Math.max(now, (arrivals[next]?.at ?? 0) / 1000);
    for (; running.length < sequencesPerEngine; next += 1) {
      const arrival = arrivals[next];
      if (arrival === undefined || arrival.at / 1000 > now) break;
      running.push({ index: next, context: arrival.promptTokens, left: arrival.length });
    }
    const context = running.reduce((sum, one) => sum + one.context, 0);
    const seconds =
      decode.stepSeconds +
      decode.secondsPerSequence * running.length +
      decode.secondsPerContextToken * context;
    stepSeconds.push(seconds);
    now += seconds;
    for (const one of running) {
      one.context += 1;
      one.left -= 1;
      if (one.left === 0) ends[one.index] = now;
    }
    running = running.filter(({ left }) => left > 0);
  }
  return { ends, stepSeconds };
}
