import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion, Sample, Sampler } from '../../engine/engine.ts';
import { settle, VirtualClock } from '../../model/openai/virtual-clock.ts';
import { SamplerMismatchError } from './canary.ts';
import { StaleSamplerError } from './fresh-sampler.ts';
import { type SyncedModel, WeightSync, WeightUpdateError } from './weight-sync.ts';

const version = (value: number): PolicyVersion => value as PolicyVersion;

/** A model whose log-probs are −version/10, and a sampler that has (and says that it has) these versions. */
function world(has: { weights: number; says?: number; trained: number }, most: number | 'off' = 1e-3) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  let publish = async (): Promise<PolicyVersion> => version(has.trained);
  let sample = async (): Promise<Sample[]> => [
    {
      tokens_T: Int32Array.of(1, 2, 3),
      logprobs_T: new Float32Array(3).fill(-has.weights / 10),
      finish: 'length',
      versions: [{ start: 0, version: version(has.says ?? has.weights) }],
    },
  ];
  const model: SyncedModel = {
    publishWeights: () => publish(),
    forward: async (data) =>
      data.map(({ tokens_T }) => new Float32Array(tokens_T.length).fill(-has.trained / 10)),
  };
  const live: Sampler = {
    kind: 'live',
    places: 17,
    sample: ({ seeds_S }) => {
      asked.push(...seeds_S);
      return sample();
    },
    usage: async () => assert.fail('nobody asks'),
    close: async () => undefined,
  };
  const canary = {
    prompt_T: Int32Array.of(7, 8),
    temperature: 0.8,
    stopTokenIds: [9],
    most: most === 'off' ? undefined : most,
  };
  const sync = new WeightSync(model, live, { seconds: 30, clock }, canary);
  return {
    ...{ clock, sync, asked, has, live },
    onPublish: (action: typeof publish) => {
      publish = action;
    },
    onSample: (action: typeof sample) => {
      sample = action;
    },
  };
}

const never = () => new Promise<never>(() => undefined);
const request = {
  prompt_T: Int32Array.of(1),
  seeds_S: [5],
  sampling: { maxTokens: 3, temperature: 1, stopTokenIds: [] },
};

test('SAME-LOGPROB: an update that arrives is compared once, and the difference is told', async () => {
  const { sync, asked } = world({ weights: 3, trained: 3 });
  assert.equal(await sync.publish(), 3);
  assert.ok(((await sync.confirmed()) ?? 1) < 1e-6);
  await sync.confirmed();
  assert.deepEqual(asked, [1, 2, 3, 4]);
  assert.equal(sync.sampler.places, 17);
});

test('an update that fails, or does not end, ends the wait for it with an error that says so', async () => {
  const broken = world({ weights: 1, trained: 1 });
  broken.onPublish(async () => {
    throw new Error('connection refused');
  });
  await assert.rejects(broken.sync.publish(), (error) => {
    assert.ok(error instanceof WeightUpdateError);
    assert.match(
      error.message,
      /did not take the new weights: connection refused\. The same command goes on/,
    );
    return true;
  });
  const hung = world({ weights: 1, trained: 1 });
  hung.onPublish(never);
  await assert.rejects(hung.clock.runUntil(hung.sync.publish()), /the update did not end within 30 s/);
  assert.equal(hung.clock.now(), 30_000);
  assert.equal(hung.clock.waiting, 0);
});

test('an update after which the sampler has older weights than before is refused', async () => {
  const { sync, has } = world({ weights: 4, trained: 4 });
  await sync.publish();
  has.trained = 2;
  await assert.rejects(sync.publish(), /answers with version 2 after version 4/);
});

test('SAME-LOGPROB: a sampler that says that it has the new weights and has older ones is found before the next step', async () => {
  const { sync } = world({ weights: 2, says: 3, trained: 3 });
  await sync.publish();
  await assert.rejects(sync.confirmed(), (error) => {
    assert.ok(error instanceof SamplerMismatchError);
    assert.match(error.message, /differs by 0\.100 nats \(limit 0\.001\) in a sample of version 3/);
    return true;
  });
});

test('what is sampled while an update is under way is handed over when it is confirmed, and not at all when it is refused', async () => {
  for (const weights of [4, 3]) {
    const { sync, has, onPublish } = world({ weights: 3, trained: 3 });
    await sync.publish();
    assert.equal((await sync.sampler.sample(request)).length, 1);
    let arrive: (value: PolicyVersion) => void = () => undefined;
    onPublish(
      () =>
        new Promise((resolve) => {
          arrive = resolve;
        }),
    );
    const published = sync.publish();
    let outcome = 'waiting';
    const sampled = sync.sampler.sample(request).then(
      () => {
        outcome = 'handed over';
      },
      (error: unknown) => {
        outcome = error instanceof SamplerMismatchError ? 'refused' : String(error);
      },
    );
    await settle();
    assert.equal(outcome, 'waiting');
    Object.assign(has, { weights, says: 4, trained: 4 });
    arrive(version(4));
    await published;
    await sampled;
    assert.equal(outcome, weights === 4 ? 'handed over' : 'refused');
  }
});

test('log-probs that are no numbers agree with nothing', async () => {
  const { sync } = world({ weights: Number.NaN, says: 3, trained: 3 });
  await sync.publish();
  await assert.rejects(sync.confirmed(), SamplerMismatchError);
});

test('a sample of older weights than those in use when it was asked for is nobody’s', async () => {
  const { sync, has } = world({ weights: 3, trained: 3 }, 'off');
  await sync.publish();
  assert.equal((await sync.sampler.sample(request)).length, 1);
  has.weights = 1;
  await assert.rejects(sync.sampler.sample(request), (error) => {
    assert.ok(error instanceof StaleSamplerError);
    assert.match(error.message, /used the weights after 1 step for a request made when those after 3 steps/);
    return true;
  });
});

test('one that was asked for before the update may be of the weights of then', async () => {
  const { sync, has, onSample } = world({ weights: 3, trained: 3 }, 'off');
  await sync.publish();
  let answer: (samples: Sample[]) => void = () => undefined;
  onSample(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const asked = sync.sampler.sample(request);
  has.trained = 4;
  await sync.publish();
  answer([
    {
      ...{ tokens_T: Int32Array.of(1, 2), logprobs_T: new Float32Array(2), finish: 'length' },
      versions: [
        { start: 0, version: version(3) },
        { start: 1, version: version(4) },
      ],
    },
  ]);
  assert.equal((await asked).length, 1);
});

test('a canary that does not come, and a sampler that does not close, are not waited for for ever', async () => {
  const { sync, clock, onSample, live } = world({ weights: 3, trained: 3 });
  onSample(never);
  await sync.publish();
  await assert.rejects(
    clock.runUntil(sync.confirmed()),
    /comparison of sampler and trainer did not end within 30 s/,
  );
  live.close = never;
  await clock.runUntil(sync.close());
  assert.equal(clock.now(), 60_000);
  assert.equal(clock.waiting, 0);
});

test('without a limit no canary is sent', async () => {
  const { sync, asked } = world({ weights: 1, trained: 3 }, 'off');
  await sync.publish();
  assert.equal(await sync.confirmed(), undefined);
  assert.deepEqual(asked, []);
});
