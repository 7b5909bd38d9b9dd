import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { smallCluster, smallRecipe } from './fixtures/small-cluster.ts';
import { type SimulatedRun, simulate } from './simulation.ts';
import { summarise } from './summary.ts';

const seconds = ({ steps }: SimulatedRun): number[] =>
  steps.map((step) => Math.round(1e6 * step.seconds) / 1e6);

/** Attempts of 10 and 20 tokens: 10 steps of 2 s, 10 of 1.5 s; training: 1 s, and 30 tokens at 10 a second. */
const [sampling, training] = [35, 4];

test('synchronous: sampling, then training, by hand', async () => {
  const cluster = smallCluster(
    { publishSeconds: 2 },
    { training: { nodes: 1, tokensPerSecondPerNode: 10, stepSeconds: 1, recordSeconds: 3 } },
  );
  const run = await simulate({ cluster, recipe: smallRecipe(), steps: 3, seed: 1, ends: true });
  // While the record of a step is written the next one is sampled, from when the weights are there.
  assert.deepEqual(seconds(run), [
    sampling + training + 2 + 3,
    sampling + training + 2,
    sampling + training + 2,
  ]);
  const { lagMost, trainingShare } = summarise(run, 2);
  assert.equal(lagMost, 0);
  assert.ok(Math.abs(trainingShare - training / (sampling + training + 2)) < 1e-9);
});

test('a bound of 1 hides the shorter of sampling and training behind the longer, by hand', async () => {
  // One place a sequence, so that groups do not slow each other down.
  const cluster = smallCluster({
    decode: { stepSeconds: 1, secondsPerSequence: 0, secondsPerContextToken: 0 },
    sequencesPerEngine: 2,
  });
  const run = await simulate({ cluster, recipe: smallRecipe({ maxLag: 1 }), steps: 4, seed: 1 });
  // A group takes 20 s, for as long as its longer attempt; the place of the shorter one begins the next group early.
  const [first] = seconds(run);
  assert.equal(first, 20 + training);
  assert.ok(Math.abs(summarise(run, 2).stepMean - 15) < 5, `${seconds(run)}`);
  assert.ok(summarise(run).lagMost <= 1);
});

test('a judge and a late attempt delay what has to wait for them', async () => {
  const slow = smallCluster({}, { judge: { medianSeconds: 30, spread: 0 } });
  const judged = await simulate({ cluster: slow, recipe: smallRecipe(), steps: 2, seed: 1, ends: true });
  assert.deepEqual(seconds(judged), [sampling + 30 + training, sampling + 30 + training]);
  const late = smallCluster({}, { stragglers: { share: 1, factor: 2 } });
  const run = await simulate({ cluster: late, recipe: smallRecipe(), steps: 1, seed: 1, ends: true });
  assert.deepEqual(seconds(run), [2 * sampling + training]);
});

test('where sampling and training share the processors, each slows the other down', async () => {
  const decode = { stepSeconds: 1, secondsPerSequence: 0, secondsPerContextToken: 0 };
  const lengths = { kind: 'recorded' as const, groups: [[20, 20]] };
  // 20 s to sample, 5 s to train, twice as long while the other is at work.
  const cluster = smallCluster({ decode, sequencesPerEngine: 2 }, { lengths, sharedSpeed: 0.5 });
  const run = await simulate({ cluster, recipe: smallRecipe({ maxLag: 1 }), steps: 3, seed: 1 });
  // Of the second group the trainer's 10 s cost 5 s.
  assert.deepEqual(seconds(run).slice(0, 2), [20 + 10, 15 + 10]);
});

test('LAG-BOUND, EMIT-ONCE: over random clusters, losses and bounds, and no token is made up or lost', async () => {
  const random = new Random('simulate');
  for (let round = 0; round < 25; round += 1) {
    const maxLag = random.below(5);
    const problemsPerStep = 1 + random.below(4);
    const groupSize = 2 + random.below(3);
    const cluster = smallCluster(
      {
        ...{
          nodes: 1 + random.below(3),
          enginesPerNode: 1 + random.below(2),
          sequencesPerEngine: 1 + random.below(6),
        },
        contextTokens: 200 + random.below(400),
        decode: { stepSeconds: 0.1, secondsPerSequence: 0.02, secondsPerContextToken: 1e-4 },
        publishSeconds: random.below(3),
      },
      {
        promptTokens: random.below(20),
        lengths: { kind: 'log-normal', median: 40, spread: 1, sharedByGroup: 0.5 },
        judge: { medianSeconds: random.below(10), spread: 0.5 },
        stragglers: { share: 0.1, factor: 3 },
        sameRewardShare: 0.2,
        losses: [
          { role: 'sampling', nodes: 1, atSeconds: 50, noticedAfterSeconds: 20, backAfterSeconds: 100 },
          { role: 'training', nodes: 1, atSeconds: 80, backAfterSeconds: 30 },
        ],
      },
    );
    const recipe = {
      ...smallRecipe({
        maxLag,
        stragglerSeconds: 10 + random.below(60),
        attemptSeconds: 2000,
        gradingAtOnce: 1 + random.below(8),
      }),
      ...({
        problemsPerStep,
        groupSize,
        zeroVarianceGroups: random.chance(0.5) ? 'refill' : 'skip',
      } as const),
    };
    const run = await simulate({ cluster, recipe, steps: 8, seed: round });
    const ends: number[] = [];
    let trained = 0;
    for (const { groups, dropped, tokensByLag } of run.steps) {
      assert.equal(groups.length, problemsPerStep);
      ends.push(...groups, ...dropped.map(({ index }) => index));
      for (const [lag, tokens] of tokensByLag) {
        assert.ok(lag >= 0 && lag <= maxLag, `round ${round}: lag ${lag} of ${maxLag}`);
        trained += tokens;
      }
    }
    ends.push(...run.cancelled.map(({ index }) => index));
    assert.equal(new Set(ends).size, ends.length, `round ${round}`);
    assert.deepEqual(
      ends.toSorted((a, b) => a - b),
      ends.map((_, index) => index),
      'every group that was dispatched ended',
    );
    const sampled = run.steps.reduce((sum, step) => sum + step.sampledTokens, 0);
    // What is sampled and not trained is of groups dropped, cancelled or ready.
    assert.ok(trained <= sampled + 1e-6, `${trained} of ${sampled}`);
  }
});

test('every token that is sampled is trained, where nothing is dropped and the run ends', async () => {
  const cluster = smallCluster(
    {},
    { lengths: { kind: 'log-normal', median: 20, spread: 0.7, sharedByGroup: 0.5 } },
  );
  const recipe = { ...smallRecipe({ maxLag: 2 }), problemsPerStep: 3 };
  const run = await simulate({ cluster, recipe, steps: 6, seed: 3, ends: true });
  const total = (of: (step: SimulatedRun['steps'][number]) => number) =>
    run.steps.reduce((sum, step) => sum + of(step), 0);
  const trained = total(({ tokensByLag }) => [...tokensByLag.values()].reduce((a, b) => a + b, 0));
  const sampled = total(({ sampledTokens }) => sampledTokens);
  assert.ok(Math.abs(trained - sampled) < 1e-6 * sampled, `${trained}, ${sampled}`);
  assert.deepEqual(run.cancelled, []);
});

test('the same seed gives the same run, another one another', async () => {
  const cluster = smallCluster(
    {},
    { lengths: { kind: 'log-normal', median: 20, spread: 0.7, sharedByGroup: 0.5 } },
  );
  const options = { cluster, recipe: smallRecipe({ maxLag: 3 }), steps: 10 };
  const [one, two, other] = [
    await simulate({ ...options, seed: 1 }),
    await simulate({ ...options, seed: 1 }),
    await simulate({ ...options, seed: 2 }),
  ];
  assert.deepEqual(one, two);
  assert.notDeepEqual(one.steps, other.steps);
});

test('a run that a real pipeline would end with an error is ended with the same error', async () => {
  const cluster = smallCluster({}, { losses: [{ role: 'sampling', nodes: 1, atSeconds: 1 }] });
  const recipe = smallRecipe({ attemptSeconds: 1e6, stallSeconds: 500 });
  await assert.rejects(
    simulate({ cluster, recipe, steps: 2, seed: 1 }),
    /nothing has happened for 500 s: step 1 waits for groups, 0 of 1 are ready/,
  );
});
