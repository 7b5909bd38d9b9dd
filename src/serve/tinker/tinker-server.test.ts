/** Through HTTP, on a small model: training equals the engine in process, order and repetition, saving, sampling, sessions. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Datum } from '../../engine/engine.ts';
import { createOrtEngine } from '../../engine/ort/engine.ts';
import { adam, temporaryFolder, tinkerServing, tinyModel, wireDatum } from './fixtures/tinker-serving.ts';

const tokens = [5, 9, 13, 2, 40, 7];
const own: Datum = {
  tokens_T: Int32Array.from(tokens),
  weights_T: Float32Array.from([0, 1, 1, 0.5, 1, 1]),
};
const sent = wireDatum(tokens, { weights: [1, 1, 0.5, 1, 1] });

test('training over the wire is training in process, to the bit', async (t) => {
  const { begin, trained, result, engine } = await tinkerServing(t);
  const { model } = await begin();
  const reference = await engine.loadModel(tinyModel, { optimiser: false });
  for (const seqId of [1, 3]) {
    const wire = await trained({ modelId: model, seqId, data: [sent, sent] });
    const here = await reference.forwardBackward([own, own], { kind: 'cross_entropy' });
    assert.equal(wire.metrics.get('loss:sum'), here.loss);
    assert.deepEqual(wire.outputs_D[1]?.get('logprobs')?.data, here.logprobs_D_T[1]?.slice(1));
    const step = await result('optim_step', { model_id: model, seq_id: seqId + 1, adam_params: adam });
    const { gradientNorm } = await reference.optimStep({
      ...{
        kind: 'adamw',
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0,
        clipNorm: 1,
      },
    });
    assert.equal((step.metrics as Record<string, number>)['grad_norm:mean'], gradientNorm);
  }
});

test('requests are carried out in the order of their numbers, and repeated ones once', async (t) => {
  const { begin, train, retrieve, post } = await tinkerServing(t);
  const { model } = await begin();
  // The chunks of one batch: the first is sent last.
  const third = await train({ modelId: model, seqId: 3, forwardOnly: true });
  const step = await post('optim_step', { model_id: model, seq_id: 2, adam_params: adam });
  const first = await train({ modelId: model, seqId: 1 });
  const again = await train({ modelId: model, seqId: 1 });
  assert.equal(again.json.request_id, first.json.request_id);
  const before = (await retrieve(first.json.request_id)) as { metrics: Record<string, number> };
  const after = (await retrieve(third.json.request_id)) as { metrics: Record<string, number> };
  assert.deepEqual(Object.keys((await retrieve(step.request_id)).metrics as object).length, 3);
  assert.ok((after.metrics['loss:sum'] ?? 0) < (before.metrics['loss:sum'] ?? 0));
  const other = await train({ modelId: model, seqId: 1, lossFn: 'ppo' });
  assert.equal(other.status, 400);
  assert.match(String(other.json.detail), /seq_id: 1 was used for another request/);
});

test('a number that never comes does not hold up the queue for ever', async (t) => {
  const { begin, train, retrieve, trained } = await tinkerServing(t, { limits: { gapMilliseconds: 50 } });
  const { model } = await begin();
  const waiting = await train({ modelId: model, seqId: 2 });
  assert.deepEqual(await retrieve(waiting.json.request_id), {
    error: `seq_id 1 of ${model} did not come, so what was to follow it was not carried out`,
    category: 'user',
  });
  await trained({ modelId: model, seqId: 3 });
});

test('what is saved is found again after a restart, and training goes on to the bit', async (t) => {
  const engine = createOrtEngine({ threads: 1 });
  t.after(() => engine.close());
  const checkpoints = await temporaryFolder(t);
  const first = await tinkerServing(t, { engine, checkpoints });
  const { model } = await first.begin();
  await first.trained({ modelId: model, seqId: 1, data: [sent] });
  await first.result('optim_step', { model_id: model, seq_id: 2, adam_params: adam });
  const saved = await first.result('save_weights', { model_id: model, seq_id: 3, path: 'a' });
  assert.deepEqual(saved, { type: 'save_weights', path: `tinker://${model}/weights/a` });
  const taken = await first.ask('POST', 'save_weights', { model_id: model, seq_id: 4, path: 'a' });
  assert.equal(taken.status, 400);
  await first.trained({ modelId: model, seqId: 5, data: [sent] });
  await first.result('optim_step', { model_id: model, seq_id: 6, adam_params: adam });
  const expected = await first.trained({ modelId: model, seqId: 7, forwardOnly: true, data: [sent] });
  await first.server.close(0);

  const second = await tinkerServing(t, { engine, checkpoints });
  const session = (await second.post('create_session', { tags: [] })).session_id;
  const loaded = await second.result('load_weights', {
    ...{ session_id: session, model_seq_id: 4, path: saved.path, optimizer: true },
  });
  assert.equal(loaded.model_id, `${session}:train:4`);
  const id = String(loaded.model_id);
  await second.trained({ modelId: id, seqId: 1, data: [sent] });
  await second.result('optim_step', { model_id: id, seq_id: 2, adam_params: adam });
  const got = await second.trained({ modelId: id, seqId: 3, forwardOnly: true, data: [sent] });
  assert.deepEqual(got.outputs_D, expected.outputs_D);
});

test('a snapshot stays, the live sampler follows, and prompts have their log-probs', async (t) => {
  const { begin, trained, result, post } = await tinkerServing(t);
  const { model } = await begin();
  const sampler = async (seq: number, number: number, kind: string): Promise<unknown> => {
    const given = { model_id: model, seq_id: seq, sampling_session_seq_id: number, kind };
    return (await result('save_weights_for_sampler', given)).sampling_session_id;
  };
  const snapshot = await sampler(1, 0, 'snapshot');
  const live = await sampler(2, 1, 'inflight');
  let asked = 0;
  const score = async (session: unknown): Promise<number[]> => {
    const prompt = { chunks: [{ type: 'encoded_text', tokens }] };
    const sampling_params = { max_tokens: 1, temperature: 1, seed: 1 };
    asked += 1;
    const sample = await result('asample', {
      ...{ sampling_session_id: session, seq_id: asked, prompt, sampling_params, prompt_logprobs: true },
    });
    const [none, ...values] = sample.prompt_logprobs as (number | null)[];
    assert.equal(none, null);
    return values.map(Number);
  };
  const close = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= 5e-5);
  const old = await score(snapshot);
  assert.ok(close(old, await score(live)));
  await trained({ modelId: model, seqId: 3, data: [sent] });
  await result('optim_step', { model_id: model, seq_id: 4, adam_params: adam });
  assert.ok(close(old, await score(live)), 'nothing was published yet');
  await sampler(5, 2, 'inflight');
  const trainer = await trained({ modelId: model, seqId: 6, forwardOnly: true, data: [sent] });
  assert.ok(close(await score(live), [...(trainer.outputs_D[0]?.get('logprobs')?.data ?? [])]));
  assert.ok(close(old, await score(snapshot)));
  const { sample_sequence_ids: ids } = await post('asample', {
    ...{ sampling_session_id: live, seq_id: 100, num_samples: 2, sampling_params: { max_tokens: 1 } },
    prompt: { chunks: [{ type: 'encoded_text', tokens }] },
  });
  assert.deepEqual(ids, [`${live}:100:0`, `${live}:100:1`]);
});

test('a client that disappears leaves nothing behind', async (t) => {
  let now = 1_700_000_000_000;
  const { begin, trained, result, server, ask, checkpoints } = await tinkerServing(t, { now: () => now });
  const { session, model } = await begin();
  await trained({ modelId: model, seqId: 1 });
  await result('save_weights_for_sampler', { model_id: model, seq_id: 2, sampling_session_seq_id: 0 });
  assert.equal(server.service.counts.models, 1);
  now += 299_000;
  await ask('POST', 'session_heartbeat', { session_id: session });
  now += 299_000;
  await server.service.sweep();
  assert.equal(server.service.counts.sessions, 1);
  now += 2000;
  await server.service.sweep();
  assert.deepEqual(server.service.counts, { sessions: 0, models: 0, samplers: 0, futures: 0 });
  assert.equal((await ask('POST', 'session_heartbeat', { session_id: session })).status, 410);
  assert.equal((await ask('POST', 'get_info', { model_id: model })).status, 404);
  await server.close(0);
  assert.deepEqual((await readdir(checkpoints)).sort(), ['.models', 'run.lock']);
});

test('a sampler that is asked for once more is the same, also when the client has counted on', async (t) => {
  const { begin, post, retrieve } = await tinkerServing(t);
  const { model } = await begin();
  const first = await post('save_weights_for_sampler', {
    model_id: model,
    seq_id: 1,
    sampling_session_seq_id: 0,
  });
  const again = await post('save_weights_for_sampler', {
    model_id: model,
    seq_id: 1,
    sampling_session_seq_id: 1,
  });
  assert.equal(again.request_id, first.request_id);
  assert.match(String((await retrieve(first.request_id)).sampling_session_id), /:sample:0$/);
});
