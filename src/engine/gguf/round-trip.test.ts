import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readCases } from '../../../golden/tokenizer/read.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import type { ModelConfig, PolicyVersion } from '../engine.ts';
import { readModelDirectory, writeModelDirectory } from '../model-directory.ts';
import { parameterSpecs, viewOf } from '../ort/parameters.ts';
import { exportGguf } from './export-gguf.ts';
import { float16Values, narrowToFloat16 } from './float16.ts';
import { GgufFile } from './gguf-file.ts';
import { importGguf } from './import-gguf.ts';
import { configurations, strongWeights, writeModel } from './model-fixture.ts';

const scratch = await mkdtemp(join(tmpdir(), 'qed-round-trip-'));
after(() => rm(scratch, { recursive: true }));
const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
const known = (name: string): ModelConfig => configurations[name] ?? assert.fail(name);

async function readTokenizer(directory: string) {
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  return loadTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
}

for (const [name, config] of Object.entries(configurations)) {
  test(`${name}: out as F32 and in again, every bit, setting and token is the same`, async () => {
    const directory = join(scratch, name, 'before');
    const back = join(scratch, name, 'after');
    const path = join(scratch, name, 'model.gguf');
    await writeModel(directory, config);
    const exported = await exportGguf({ directory, path });
    const imported = await importGguf({ path, directory: back });
    assert.deepEqual(imported.tensorTypes, {
      F32: parameterSpecs(config).length + (name === 'llama 3.1' ? 1 : 0),
    });
    assert.deepEqual(
      [imported.architecture, imported.parameters, imported.fileBytes],
      [config.model_type, exported.parameters, exported.bytes],
    );
    const [before, after] = [await readModelDirectory(directory), await readModelDirectory(back)];
    assert.deepEqual(bitsOf(after.flat), bitsOf(before.flat));
    const { eos_token_id, bos_token_id: _, ...rest } = after.config;
    const { bos_token_id: __, ...expected } = before.config;
    assert.deepEqual(rest, expected);

    const [first, second] = [await readTokenizer(directory), await readTokenizer(back)];
    assert.equal(eos_token_id, first.idOf('<|im_end|>'));
    for (const text of readCases().texts) assert.deepEqual(second.encode(text), first.encode(text));
    const template = (json: string) => (JSON.parse(json) as { chat_template: string }).chat_template;
    assert.equal(template(second.configJson), template(first.configJson));
  });
}

test('F16 rounds matrices and keeps vectors', async () => {
  const directory = join(scratch, 'half');
  const path = join(scratch, 'half.gguf');
  const config = known('qwen2');
  await writeModel(directory, config);
  await exportGguf({ directory, path, weights: 'F16' });
  await importGguf({ path, directory: join(scratch, 'half-back') });
  const [before, after] = [
    await readModelDirectory(directory),
    await readModelDirectory(join(scratch, 'half-back')),
  ];
  for (const spec of parameterSpecs(config)) {
    const [given, found] = [viewOf(before.flat, spec), viewOf(after.flat, spec)];
    const halves = new Uint16Array(given.length);
    assert.equal(narrowToFloat16(given, halves), 0);
    const rounded = Float32Array.from(halves, (half) => float16Values[half] ?? Number.NaN);
    assert.deepEqual(found, spec.dims.length === 1 ? given : rounded);
  }
});

test('weights beyond the range of F16 are refused with their number, and no file is left', async () => {
  const directory = join(scratch, 'large');
  const path = join(scratch, 'large-out', 'model.gguf');
  const config = known('qwen3');
  await writeModel(directory, config);
  const flat = strongWeights(config, 1);
  flat.fill(7e4, 5, 8);
  await writeModelDirectory(directory, config, flat, 0 as PolicyVersion);
  await mkdir(join(scratch, 'large-out'));
  await assert.rejects(
    exportGguf({ directory, path, weights: 'F16' }),
    /tensor token_embd\.weight: 3 of 19200 values are beyond the range of F16; write F32/,
  );
  assert.deepEqual(await readdir(join(scratch, 'large-out')), []);
});

test('an import that fails or is stopped leaves what was there, or nothing', async () => {
  const model = join(scratch, 'stopped');
  const path = join(scratch, 'stopped.gguf');
  await writeModel(model, known('llama'));
  await exportGguf({ directory: model, path });
  const parent = join(scratch, 'stopped-out');
  const directory = join(parent, 'model');
  const controller = new AbortController();
  const stopped = importGguf({
    path,
    directory,
    signal: controller.signal,
    onProgress: ({ done }) => done === 3 && controller.abort(new Error('enough')),
  });
  await assert.rejects(stopped, /enough/);
  assert.deepEqual(await readdir(parent), []);
  await importGguf({ path, directory });
  const files = await readdir(directory);
  assert.ok(files.includes('README.md') && files.includes('generation_config.json'));
  // Cut in the middle of the weights: nothing of the directory changes.
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  await assert.rejects(importGguf({ path, directory }), /stopped\.gguf: tensor .* ends at byte \d+/);
  assert.deepEqual(await readdir(directory), files);
});

test('halves are written when asked for, and named in config.json', async () => {
  const model = join(scratch, 'bf16');
  const path = join(scratch, 'bf16.gguf');
  await writeModel(model, known('qwen3'));
  await exportGguf({ directory: model, path });
  const directory = join(scratch, 'bf16-back');
  const { weightBytes } = await importGguf({ path, directory, weights: 'BF16' });
  const { flat } = await readModelDirectory(directory);
  const before = (await readModelDirectory(model)).flat;
  assert.ok(flat.every((value, i) => Math.abs(value - (before[i] ?? 0)) <= Math.abs(before[i] ?? 0) / 256));
  assert.ok(weightBytes < 2.1 * flat.length);
  assert.match(await readFile(join(directory, 'config.json'), 'utf8'), /"torch_dtype": "bfloat16"/);
});

test('name and licence survive both ways', async () => {
  const model = join(scratch, 'licensed');
  const path = join(scratch, 'licensed.gguf');
  await writeModel(model, known('qwen3'));
  await exportGguf({ directory: model, path, name: 'A "small" model: ∀', license: 'apache-2.0' });
  const directory = join(scratch, 'licensed-back');
  const imported = await importGguf({ path, directory });
  assert.deepEqual([imported.name, imported.license], ['A "small" model: ∀', 'apache-2.0']);
  const again = join(scratch, 'licensed-again.gguf');
  await exportGguf({ directory, path: again });
  const file = await GgufFile.open(again);
  assert.equal(file.metadata.get('general.license'), 'apache-2.0');
  assert.equal(file.metadata.get('general.name'), 'A "small" model: ∀');
  await file.close();
});

test('a template in a file of its own is taken along; a model without an end token is refused', async () => {
  const directory = join(scratch, 'template');
  const path = join(scratch, 'template.gguf');
  await writeModel(directory, known('qwen3'));
  const configPath = join(directory, 'tokenizer_config.json');
  const { chat_template: _, ...config } = JSON.parse(await readFile(configPath, 'utf8')) as Record<
    string,
    unknown
  >;
  await writeFile(configPath, JSON.stringify(config));
  await writeFile(join(directory, 'chat_template.jinja'), 'a template');
  await exportGguf({ directory, path });
  const file = await GgufFile.open(path);
  assert.equal(file.metadata.get('tokenizer.chat_template'), 'a template');
  await file.close();
  await writeFile(configPath, JSON.stringify({ ...config, eos_token: null }));
  await assert.rejects(
    exportGguf({ directory, path }),
    /neither tokenizer_config\.json \(eos_token\) nor config\.json/,
  );
});
