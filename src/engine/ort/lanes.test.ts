import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Lanes } from './lanes.ts';
import type { MicroBatchTask } from './micro-batch-runner.ts';
import { packData } from './packing.ts';
import { initialParameters, parameterSpecs } from './parameters.ts';
import { packingOptions } from './trainer.ts';
import { groupData, tinyConfig } from './trainer-fixture.ts';

const flat = initialParameters(tinyConfig, 3);
const task: MicroBatchTask = { kind: 'cross_entropy', entropy: false, kl: false, scalars: {} };
const data = Array.from({ length: 8 }, (_, seed) => groupData(seed, { groups: 2, members: 4 }))
  .flat()
  .map(({ sharedPrompt: _, ...datum }) => datum);
const batches = packData(data, { ...packingOptions(tinyConfig, 2), microBatchTokens: 256 });

const open: Lanes[] = [];
after(() => Promise.all(open.map((lanes) => lanes.close())));

function start(weights: Float32Array, threads: number): Lanes {
  const base = { specs: parameterSpecs(tinyConfig), flat: weights };
  const lanes = new Lanes({ config: tinyConfig, base }, { threads, provider: 'cpu' });
  open.push(lanes);
  return lanes;
}

async function losses(lanes: Lanes): Promise<number[]> {
  const found: number[] = [];
  const order: unknown[] = [];
  await lanes.run(batches, task, (result, batch) => {
    found.push(result.loss);
    order.push(batch);
  });
  assert.deepEqual(order, batches, 'results come in the order of the micro-batches');
  return found;
}

test('two lanes give the bits of one, in order, and see weights that changed', async () => {
  assert.ok(batches.length > 4);
  const weights = flat.slice();
  const [one, two] = [start(weights, 1), start(weights, 2)];
  assert.deepEqual([one.count, two.count], [1, 2]);
  const before = await losses(one);
  assert.deepEqual(await losses(two), before);
  weights.forEach((value, i) => {
    weights[i] = 1.5 * value;
  });
  one.weightsChanged();
  two.weightsChanged();
  const afterwards = await losses(one);
  assert.notDeepEqual(afterwards, before);
  assert.deepEqual(await losses(two), afterwards);
});

test('a micro-batch that fails rejects the call, and the lanes go on', async () => {
  const lanes = start(flat, 2);
  const broken = { ...task, kind: 'ppo' } as const;
  await assert.rejects(
    lanes.run(batches, broken, () => {}),
    /the ppo graph asks for/,
  );
  assert.equal((await losses(lanes)).length, batches.length);
});

test('what takes the results may fail, and that is the error of the call', async () => {
  const lanes = start(flat, 2);
  const full = new Error('no room');
  await assert.rejects(
    lanes.run(batches, task, () => {
      throw full;
    }),
    full,
  );
});
