import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { manifestName, manifestText } from './checkpoint-manifest.ts';
import { newestCheckpoint, type PassedOver, verifyCheckpoint, writeCheckpoint } from './checkpoint-store.ts';
import { DiskFullError } from './errors.ts';
import { failingFileLayer, recordingFileLayer } from './fixtures/failing-file-layer.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';

const shard = (index: number): string => `model-0000${index}-of-00002.safetensors`;

/** Two shards of equal size, a configuration and trainer state, as a trainer would write them. */
async function fill(directory: string, step: number): Promise<void> {
  const random = new Random('checkpoint', step);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.uint32());
  await writeFile(join(directory, 'config.json'), JSON.stringify({ step }));
  await writeFile(join(directory, shard(1)), bytes(700));
  await writeFile(join(directory, shard(2)), bytes(700));
  mkdirSync(join(directory, 'trainer'));
  await writeFile(join(directory, 'trainer', 'adam.bin'), bytes(300));
}

const contents = ['config.json', shard(1), shard(2), 'trainer/adam.bin', manifestName];

async function makeStage(directory: string, ...steps: number[]): Promise<string> {
  const stage = join(directory, 'checkpoints', 'rl');
  for (const step of steps) await writeCheckpoint(join(stage, `${step}`), (at) => fill(at, step));
  return stage;
}

async function newest(stage: string): Promise<{ step: number | undefined; passedOver: PassedOver[] }> {
  const passedOver: PassedOver[] = [];
  const found = await newestCheckpoint(stage, (one) => passedOver.push(one));
  return { step: found?.step, passedOver };
}

test('NO-TORN-CHECKPOINT: any cut, flipped bit, lost or swapped file is found, and the previous one chosen aloud', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 9, 10);
  const whole = join(stage, 'whole');
  const target = join(stage, '10');
  cpSync(target, whole, { recursive: true });
  const random = new Random('damage');
  let damages = 0;
  const damaged = async (what: string, damage: () => void, reason: RegExp): Promise<void> => {
    rmSync(target, { recursive: true, force: true });
    cpSync(whole, target, { recursive: true });
    assert.ok((await verifyCheckpoint(target)).ok);
    damage();
    damages += 1;
    const { step, passedOver } = await newest(stage);
    assert.equal(step, 9, what);
    assert.deepEqual(
      passedOver.map(({ step: passed }) => passed),
      [10],
    );
    assert.match(passedOver[0]?.reason ?? '', reason, what);
  };
  for (const name of contents) {
    const path = join(target, name);
    const { length } = readFileSync(path);
    for (let i = 0; i < 12; i += 1) {
      const offset = random.uint32() % length;
      await damaged(
        `${name} cut to ${offset}`,
        () => truncateSync(path, offset),
        /instead of|cut or damaged/,
      );
      const bit = 1 << (random.uint32() % 8);
      const flip = (): void => {
        const bytes = readFileSync(path);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ bit, offset);
        writeFileSync(path, bytes);
      };
      await damaged(`${name} flipped at ${offset}`, flip, /altered|damaged|manifest/);
    }
    await damaged(`${name} longer`, () => writeFileSync(path, '\n', { flag: 'a' }), /instead of|damaged/);
    await damaged(`${name} removed`, () => rmSync(path), /is missing|has no manifest/);
  }
  const swap = (): void => {
    renameSync(join(target, shard(1)), join(target, 'x'));
    renameSync(join(target, shard(2)), join(target, shard(1)));
    renameSync(join(target, 'x'), join(target, shard(2)));
  };
  await damaged('shards swapped', swap, /altered/);
  const mix = (): void => cpSync(join(stage, '9', shard(1)), join(target, shard(1)));
  await damaged('shard of another step', mix, /altered/);
  const foreign = (): void => writeFileSync(join(target, 'pytorch_model.bin'), 'x');
  await damaged('a weight file too many', foreign, /pytorch_model\.bin is not in the manifest/);
  const newer = (): void => {
    const manifest = readFileSync(join(target, manifestName), 'utf8').replace('"version": 1', '"version": 2');
    writeFileSync(join(target, manifestName), manifest);
  };
  await damaged('newer format', newer, /has format 2; this version of QED reads up to 1/);
  const marker = (): void => {
    for (const name of [shard(1), shard(2)]) rmSync(join(target, name));
    writeFileSync(join(target, 'STABLE'), '');
  };
  await damaged('a marker without weights', marker, /is missing|not in the manifest/);
  await damaged(
    'an empty directory',
    () => {
      rmSync(target, { recursive: true });
      mkdirSync(target);
    },
    /has no manifest/,
  );
  assert.ok(damages > 130, `only ${damages} damages`);
});

test('NO-TORN-CHECKPOINT: the n-th operation fails, for every n until none does', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 1);
  let failures = 0;
  for (let n = 1; ; n += 1) {
    const files = failingFileLayer(n);
    const error = await writeCheckpoint(join(stage, '2'), (at) => fill(at, 2), files).catch(
      (thrown: unknown) => thrown,
    );
    const { step, passedOver } = await newest(stage);
    assert.deepEqual(passedOver, [], 'what is there is whole');
    if (!files.failed()) {
      assert.equal(step, 2);
      break;
    }
    failures += 1;
    assert.ok(error instanceof DiskFullError && error.path === join(stage, '2'));
    assert.ok(step === 1 || (await verifyCheckpoint(join(stage, '2'))).ok);
    assert.deepEqual(
      readdirSync(stage).filter((name) => name.startsWith('.')),
      [],
    );
    rmSync(join(stage, '2'), { recursive: true, force: true });
  }
  assert.ok(failures >= 10, `only ${failures} failures`);
});

test('replacing a checkpoint: the n-th operation fails, and one of the two is there, whole', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 5);
  for (let n = 1; ; n += 1) {
    const files = failingFileLayer(n);
    await writeCheckpoint(join(stage, '5'), (at) => fill(at, 500), files).catch(() => undefined);
    assert.deepEqual(await newest(stage), { step: 5, passedOver: [] });
    if (!files.failed()) break;
  }
  assert.equal(readFileSync(join(stage, '5', 'config.json'), 'utf8'), '{"step":500}');
  assert.deepEqual(readdirSync(stage), ['5']);
});

test('everything is synced before the manifest, the manifest before the rename, the parent after it', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 1);
  const { files, operations } = recordingFileLayer();
  await writeCheckpoint(join(stage, '2'), (at) => fill(at, 2), files);
  const manifestAt = operations.indexOf('write');
  assert.equal(operations.slice(0, manifestAt).filter((operation) => operation === 'sync file').length, 4);
  assert.deepEqual(operations.slice(manifestAt), [
    'write',
    'sync file',
    'sync directory',
    'rename',
    'sync directory',
  ]);
});

test('a failing fill leaves nothing, and its error is passed on', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 1);
  const failure = new Error('the trainer gave up');
  const writing = writeCheckpoint(join(stage, '2'), async (at) => {
    await fill(at, 2);
    throw failure;
  });
  await assert.rejects(writing, failure);
  assert.deepEqual(readdirSync(stage), ['1']);
  await assert.rejects(
    writeCheckpoint(join(stage, '2'), async () => undefined),
    /an empty checkpoint/,
  );
});

test('steps are compared as numbers; what dead writers left is removed, or put in place if it is whole', async (t) => {
  const directory = temporaryDirectory(t);
  const stage = await makeStage(directory, 2, 10, 30);
  const { pid } = spawnSync(process.execPath, ['--version']);
  mkdirSync(join(stage, `.40.tmp-${pid}-1`));
  writeFileSync(join(stage, `.40.tmp-${pid}-1`, shard(1)), 'half');
  // Killed between the two renames of a replacement.
  renameSync(join(stage, '30'), join(stage, `.30.tmp-${pid}-2`));
  // A writer that lives: this process's parent.
  mkdirSync(join(stage, `.50.tmp-${process.ppid}-1`));
  assert.deepEqual(await newest(stage), { step: 30, passedOver: [] });
  assert.deepEqual(readdirSync(stage).sort(), [`.50.tmp-${process.ppid}-1`, '10', '2', '30']);
});

test('a checkpoint that this process is writing is left alone', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 1);
  await writeCheckpoint(join(stage, '2'), async (at) => {
    await fill(at, 2);
    assert.equal((await newest(stage)).step, 1);
  });
  assert.equal((await newest(stage)).step, 2);
});

test('no checkpoints is undefined; none whole among some is an error, never a fresh start', async (t) => {
  const directory = temporaryDirectory(t);
  assert.deepEqual(await newest(join(directory, 'absent')), { step: undefined, passedOver: [] });
  const stage = await makeStage(directory, 1, 2);
  for (const step of ['1', '2']) rmSync(join(stage, step, manifestName));
  const passedOver: number[] = [];
  await assert.rejects(
    newestCheckpoint(stage, ({ step }) => passedOver.push(step)),
    /none of its 2 checkpoints is whole/,
  );
  assert.deepEqual(passedOver, [2, 1]);
});

test('a manifest cannot name files outside the checkpoint', async (t) => {
  const stage = await makeStage(temporaryDirectory(t), 1);
  const manifest = manifestText({
    format: 'qed-checkpoint',
    version: 1,
    files: [{ path: '../../secret', bytes: 0, sha256: '' }],
  });
  for (const name of contents) rmSync(join(stage, '1', name));
  writeFileSync(join(stage, '1', manifestName), manifest);
  assert.deepEqual(await verifyCheckpoint(join(stage, '1')), {
    ok: false,
    reason: '../../secret is missing',
  });
});
