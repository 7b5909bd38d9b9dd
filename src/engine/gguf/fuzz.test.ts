import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { GgufFile } from './gguf-file.ts';
import { array, gguf, kv, sized, tensor, text, u32 } from './gguf-fixture.ts';
import { type GgufHeader, parseGgufHeader } from './header.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-gguf-fuzz-'));
after(() => rm(directory, { recursive: true }));

/** A small file with something of everything. */
const whole = gguf({
  keys: [
    kv('general.architecture', [u32(8), text('llama')]),
    kv('general.alignment', [u32(4), u32(32)]),
    kv('tokenizer.ggml.tokens', array(8, 3, [text('a'), text('bc'), text('∀')])),
    kv('tokenizer.ggml.scores', array(6, 2, [sized('f32', 1), sized('f32', 2)])),
    kv('nested', array(9, 1, array(4, 1, [u32(1)]).slice(1))),
    kv('flag', [u32(7), sized('u8', 1)]),
    kv('long', [u32(10), sized('u64', 5)]),
  ],
  tensors: [
    tensor({ name: 'token_embd.weight', dims: [32, 2], type: 3, offset: 0 }),
    tensor({ name: 'output_norm.weight', dims: [4], type: 0, offset: 64 }),
  ],
  data: new Uint8Array(80),
});

/** The header, or an error that names the file; anything else fails. */
function parse(bytes: Uint8Array): GgufHeader | undefined {
  try {
    return parseGgufHeader('model.gguf', bytes.length, (position, length) => {
      assert.ok(position + length <= bytes.length, 'reads past the end of the file');
      return bytes.slice(position, position + length);
    });
  } catch (error) {
    assert.ok(error instanceof Error && error.message.startsWith('model.gguf: '), String(error));
    assert.ok(error.message.length < 70_000, 'a message is no place for a file');
    return undefined;
  }
}

const extremes = [
  0n,
  1n,
  7n,
  255n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const position = fc.nat(whole.length - 1);
const mutation = fc.oneof(
  fc.record({ at: position, bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
  fc.record({
    at: position,
    bytes: fc.constantFrom(...extremes).map((value) => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, value, true);
      return bytes;
    }),
  }),
);

test('the file is whole to begin with', () => {
  const header = parse(whole);
  assert.deepEqual(header?.metadata.get('nested'), [Uint32Array.of(1)]);
  assert.equal(header?.tensors.get('output_norm.weight')?.end, whole.length);
});

test('a file cut anywhere is refused', () => {
  for (let length = 0; length < whole.length; length += 1) {
    assert.equal(parse(whole.slice(0, length)), undefined, `${length} bytes`);
  }
});

test('damaged files are refused or read within bounds, in little time and memory', () => {
  const before = process.memoryUsage();
  let read = 0;
  const started = performance.now();
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const bytes = whole.slice();
      for (const { at, bytes: patch } of mutations) bytes.set(patch.slice(0, bytes.length - at), at);
      const header = parse(bytes);
      if (header === undefined) return;
      read += 1;
      for (const { begin, end, dims, length } of header.tensors.values()) {
        assert.ok(begin >= 0 && begin <= end && end <= bytes.length);
        assert.equal(
          dims.reduce((product, dim) => product * dim, 1),
          length,
        );
      }
    }),
    { seed: 1, numRuns: 20_000 },
  );
  assert.ok(read > 1000, `${read} of 20,000`);
  assert.ok(performance.now() - started < 30_000);
  const grown = process.memoryUsage();
  assert.ok(grown.arrayBuffers - before.arrayBuffers < 100e6 && grown.rss - before.rss < 400e6);
});

test('a damaged file that can be opened can be read to its end, or the tensor is named', async () => {
  const path = join(directory, 'model.gguf');
  const patches = fc.sample(mutation, { seed: 2, numRuns: 300 });
  for (const { at, bytes: patch } of patches) {
    const bytes = whole.slice();
    bytes.set(patch.slice(0, bytes.length - at), at);
    await writeFile(path, bytes);
    let file: GgufFile;
    try {
      file = await GgufFile.open(path);
    } catch {
      continue;
    }
    for (const [name, { length }] of file.tensors) {
      try {
        assert.equal((await file.read(name)).length, length);
      } catch (error) {
        assert.match(String(error), /model\.gguf: tensor .* is \w+, which cannot be read/s);
      }
    }
    await file.close();
  }
});
