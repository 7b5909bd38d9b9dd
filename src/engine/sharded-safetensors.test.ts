import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { PolicyVersion } from './engine.ts';
import { readModelDirectory, writeModelDirectory } from './model-directory.ts';
import { writeSafetensors } from './safetensors.ts';
import { indexFile, openWeights } from './sharded-safetensors.ts';

const golden = join(import.meta.dirname, '../../golden/llama-tiny');
const directory = await mkdtemp(join(tmpdir(), 'qed-shards-'));
const path = join(directory, indexFile);
after(() => rm(directory, { recursive: true }));

const files = (await readdir(golden)).filter((name) => name === 'config.json' || name.startsWith('model'));
const shards = files.filter((name) => /-of-\d+\.safetensors$/.test(name));
const [first = '', second = ''] = shards;

beforeEach(async () => {
  for (const name of await readdir(directory)) await rm(join(directory, name));
  for (const name of files) await copyFile(join(golden, name), join(directory, name));
});

/** The directory with another weight map, made from the one it has. */
async function remap(change: (map: Record<string, unknown>) => object): Promise<void> {
  const { weight_map, ...rest } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...rest, weight_map: change(weight_map) }));
}

const norm = 'model.norm.weight';

test('a model in several files is the model that is written in one', async () => {
  assert.ok(shards.length > 1);
  const sharded = await readModelDirectory(directory);
  assert.equal(sharded.version, 0);
  await writeModelDirectory(directory, sharded.config, sharded.flat, 4 as PolicyVersion);
  // One file goes before an index, as in transformers.
  assert.deepEqual(await readModelDirectory(directory), { ...sharded, version: 4 });
});

test('an index that does not fit its files is refused, by file and tensor', async () => {
  await remap(({ [norm]: _, ...map }) => map);
  await assert.rejects(
    openWeights(directory),
    /of-\d+\.safetensors: tensor model\.norm\.weight is here, but/,
  );
  await remap((map) => ({ ...map, [norm]: Object.values(map).find((file) => file !== map[norm]) ?? first }));
  await assert.rejects(openWeights(directory), /tensor model\.norm\.weight is (missing|here)/);
});

test('tensors that the index promises and no file has, or that two files have, are refused', async () => {
  await remap((map) => ({ ...map, ghost: first }));
  await assert.rejects(openWeights(directory), (error: Error) => {
    assert.ok(error.message.startsWith(join(directory, first)), error.message);
    assert.match(error.message, /tensor ghost is missing, though .*index\.json says it is here/);
    return true;
  });
  await remap(({ ghost: _, ...map }) => map);
  await writeSafetensors(join(directory, 'extra.safetensors'), [
    { name: 'mine', dims: [1], data: Float32Array.of(1) },
    { name: norm, dims: [1], data: Float32Array.of(1) },
  ]);
  await remap((map) => ({ ...map, mine: 'extra.safetensors' }));
  await assert.rejects(openWeights(directory), /extra\.safetensors: tensor model\.norm\.weight is here, but/);
});

test('a file that is named and not there is missed by name', async () => {
  await rename(join(directory, second), join(directory, 'elsewhere'));
  await assert.rejects(openWeights(directory), new RegExp(`${second}: not there, though .*index`));
  await rm(path);
  await assert.rejects(
    openWeights(directory),
    /model\.safetensors: not there, nor model\.safetensors\.index\.json/,
  );
});

test('an index cannot reach beyond its directory', async () => {
  await copyFile(join(directory, first), join(directory, '..', 'outside.safetensors'));
  const names = [
    '../outside.safetensors',
    '/tmp/a.safetensors',
    '..\\a.safetensors',
    'C:a.safetensors',
    '..',
    'a\0.safetensors',
  ];
  try {
    for (const name of [...names, '', 'config.json', 3, null, ['a'], { a: 1 }]) {
      await remap((map) => ({ ...map, [norm]: name }));
      await assert.rejects(
        openWeights(directory),
        /index\.json: tensor model\.norm\.weight is in .*, which is no safetensors file of this directory/s,
      );
    }
  } finally {
    await rm(join(directory, '..', 'outside.safetensors'));
  }
});

test('an index that is none is refused', async () => {
  const cases: [string, RegExp][] = [
    ['{"weight_map": {', /not JSON/],
    ['[]', /no weight_map/],
    ['{"weight_map": []}', /no weight_map/],
    ['{"weight_map": {}}', /weight_map is empty/],
    [
      JSON.stringify({
        weight_map: Object.fromEntries(Array.from({ length: 600 }, (_, i) => [i, `${i}.safetensors`])),
      }),
      /names 600 files; at most 512/,
    ],
    ['{"weight_map": {"__proto__": "a.safetensors"}}', /a\.safetensors: not there/],
  ];
  for (const [text, message] of cases) {
    await writeFile(path, text);
    await assert.rejects(openWeights(directory), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(directory), error.message);
      return true;
    });
  }
});

test('a checkpoint whose weights a server keeps says which server, and what to do', async () => {
  const kept = await mkdtemp(join(tmpdir(), 'qed-pointer-'));
  const pointer = {
    url: 'http://gpu:8000',
    state: 'tinker://m/weights/a',
    sampler: 'tinker://m/sampler_weights/a',
  };
  await writeFile(join(kept, 'tinker.json'), JSON.stringify(pointer));
  await assert.rejects(
    openWeights(kept),
    /not here: the server at "http:\/\/gpu:8000" keeps them as "tinker:\/\/m\/sampler_weights\/a"/,
  );
  await rm(kept, { recursive: true });
});
