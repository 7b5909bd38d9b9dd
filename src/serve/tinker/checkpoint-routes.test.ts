/** What is saved, listed, lent out and let go; and models that clients bring. */
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { adam, tinkerServing, tinyModel } from './fixtures/tinker-serving.ts';

test('NO-TORN-CHECKPOINT: what is altered on disk is not loaded, and a torn one is passed over', async (t) => {
  const first = await tinkerServing(t);
  const { session, model } = await first.begin();
  const { path: place } = await first.result('save_weights', { model_id: model, seq_id: 1, path: 'a' });
  const folder = path.join(first.checkpoints, model.replaceAll(':', '~'), 'weights', 'a');
  await appendFile(path.join(folder, 'model.safetensors'), 'x');
  const ask = { session_id: session, model_seq_id: 1, path: place, optimizer: true };
  const loaded = await first.result('load_weights', ask);
  assert.match(
    String(loaded.error),
    /is not whole any more: model\.safetensors has \d+ bytes instead of \d+/,
  );
  assert.equal(loaded.category, 'server');
});

test('lists, lifetimes, publication, removal', async (t) => {
  let now = 1_700_000_000_000;
  const { begin, result, ask, server, checkpoints } = await tinkerServing(t, { now: () => now });
  const { model } = await begin();
  await result('save_weights', { model_id: model, seq_id: 1, path: 'a', user_metadata: { by: 'me' } });
  await result('save_weights_for_sampler', { model_id: model, seq_id: 2, path: 'b', ttl_seconds: 60 });
  const run = `training_runs/${encodeURIComponent(model)}`;
  type Listed = {
    checkpoints: { checkpoint_id: string; public: boolean; expires_at?: string; user_metadata?: object }[];
  };
  const list = async (): Promise<Listed['checkpoints']> =>
    ((await ask('GET', `${run}/checkpoints`)).json as unknown as Listed).checkpoints;
  const listed = await list();
  assert.deepEqual(listed.map((one) => one.checkpoint_id).sort(), ['sampler_weights/b', 'weights/a']);
  assert.deepEqual(listed.find((one) => one.checkpoint_id === 'weights/a')?.user_metadata, { by: 'me' });
  const page = await ask('GET', 'checkpoints?limit=1&offset=1');
  assert.deepEqual(page.json.cursor, { offset: 1, limit: 1, total_count: 2 });
  const { json } = await ask('GET', run);
  assert.equal((json.last_checkpoint as { tinker_path: string }).tinker_path, `tinker://${model}/weights/a`);
  assert.equal((await ask('GET', 'training_runs/x')).status, 404);
  assert.equal((await ask('POST', `${run}/checkpoints/weights/a/publish`)).status, 200);
  assert.equal(
    (await ask('PUT', `${run}/checkpoints/sampler_weights/b/ttl`, { ttl_seconds: 90 })).status,
    200,
  );
  now += 80_000;
  assert.equal((await list()).find((one) => one.checkpoint_id === 'weights/a')?.public, true);
  assert.equal((await list()).length, 2);
  now += 10_000;
  assert.equal((await list()).length, 1);
  await server.service.shelf.sweep();
  assert.equal((await ask('DELETE', `${run}/checkpoints/weights/a`)).status, 204);
  assert.equal((await ask('DELETE', `${run}/checkpoints/weights/a`)).status, 404);
  const folder = path.join(checkpoints, model.replaceAll(':', '~'));
  assert.deepEqual(await readdir(path.join(folder, 'weights')), []);
  assert.deepEqual(await readdir(path.join(folder, 'sampler_weights')), []);
});

test('a checkpoint is lent out by file and as a tar', async (t) => {
  const { begin, result, ask, url } = await tinkerServing(t);
  const { model } = await begin();
  await result('save_weights_for_sampler', { model_id: model, seq_id: 1, path: 'a' });
  const place = `training_runs/${encodeURIComponent(model)}/checkpoints/sampler_weights/a`;
  const { files } = (await ask('GET', `${place}/files`)).json as { files: { name: string; size: number }[] };
  const weights = files.find(({ name }) => name === 'model.safetensors') ?? assert.fail();
  const bytes = Buffer.from(await (await fetch(`${url}/${place}/files/model.safetensors`)).arrayBuffer());
  assert.equal(bytes.length, weights.size);
  assert.equal((await ask('GET', `${place}/files/..%2Frun.lock`)).status, 404);
  const offer = await fetch(`${url}/${place}/archive`, { redirect: 'manual' });
  assert.equal(offer.status, 302);
  const tar = Buffer.from(await (await fetch(offer.headers.get('location') ?? '')).arrayBuffer());
  assert.deepEqual(namesIn(tar).sort(), files.map(({ name }) => name).sort());
  assert.ok(tar.includes(bytes));
  assert.equal((await fetch(`${url}/x/archives/${'0'.repeat(48)}.tar`)).status, 404);
});

/** Names of a tar's files, by its headers. */
function namesIn(tar: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    names.push(tar.toString('latin1', at, tar.indexOf(0, at)));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return names;
}

test('a client brings a model, where it may', async (t) => {
  const closed = await tinkerServing(t);
  const refused = await fetch(`${closed.url}/x/models/mine/config.json`, { method: 'PUT', body: '{}' });
  assert.equal(refused.status, 403);
  const { url, begin, post, result, ask, trained } = await tinkerServing(t, {
    limits: { uploadBytes: 200_000 },
  });
  const { session } = await begin();
  const put = async (file: string, body: Uint8Array | string): Promise<number> =>
    (
      await fetch(`${url}/x/models/mine/${file}`, {
        method: 'PUT',
        body: typeof body === 'string' ? body : new Uint8Array(body),
      })
    ).status;
  assert.equal(
    await put('model.safetensors', await readFile(path.join(tinyModel, 'model.safetensors'))),
    200,
  );
  const early = await ask('POST', 'create_model', {
    session_id: session,
    model_seq_id: 1,
    base_model: 'mine',
  });
  assert.equal(early.status, 400);
  assert.match(
    String(early.json.detail),
    /^base_model: mine cannot be used as it was brought: .*config\.json/,
  );
  assert.equal(await put('config.json', await readFile(path.join(tinyModel, 'config.json'))), 200);
  assert.equal(await put('..%2Fconfig.json', '{}'), 400);
  assert.equal(await put('run.sh', ''), 400);
  assert.equal(await put('more.safetensors', new Uint8Array(200_000)), 413);
  const made = await result('create_model', { session_id: session, model_seq_id: 2, base_model: 'mine' });
  const reference = await trained({ modelId: `${session}:train:0`, seqId: 1, forwardOnly: true });
  assert.deepEqual(
    (await trained({ modelId: String(made.model_id), seqId: 1, forwardOnly: true })).outputs_D,
    reference.outputs_D,
  );
  const info = await post('get_info', { model_id: made.model_id });
  assert.equal(info.is_lora, false);
});

test('an adapter trains, is saved and goes on', async (t) => {
  const { post, result, trained } = await tinkerServing(t);
  const { session_id: session } = await post('create_session', {});
  const create = { session_id: session, model_seq_id: 0, base_model: 'tiny' };
  const { model_id: model } = await result('create_model', { ...create, lora_config: { rank: 2, seed: 1 } });
  await trained({ modelId: String(model), seqId: 1 });
  await result('optim_step', { model_id: model, seq_id: 2, adam_params: adam });
  const { path: saved } = await result('save_weights', { model_id: model, seq_id: 3, path: 'a' });
  const info = await post('weights_info', { tinker_path: saved });
  assert.deepEqual([info.is_lora, info.lora_rank, info.train_unembed], [true, 2, true]);
  const { model_id: again } = await result('load_weights', {
    ...{ session_id: session, model_seq_id: 1, path: saved, optimizer: true },
  });
  const logprobs = async (modelId: unknown, seqId: number) =>
    (await trained({ modelId: String(modelId), seqId, forwardOnly: true })).outputs_D;
  assert.deepEqual(await logprobs(again, 1), await logprobs(model, 4));
  assert.equal((await post('get_info', { model_id: again })).lora_rank, 2);
});
