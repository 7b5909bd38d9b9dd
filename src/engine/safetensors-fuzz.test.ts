import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readModelDirectory } from './model-directory.ts';
import { SafetensorsFile } from './safetensors.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-fuzz-'));
after(() => rm(directory, { recursive: true }));
const path = join(directory, 'file.safetensors');

const entry = (dtype: unknown, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

/** A file with this header, whatever it is, and `bytes` numbers after it. */
function fileOf(header: unknown, bytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 37) % 251))]);
}

const valid = fileOf(
  {
    __metadata__: { format: 'pt' },
    whole: entry('F32', [2, 3], 0, 24),
    half: entry('F16', [5], 24, 34),
    brain: entry('BF16', [1, 3], 34, 40),
    none: entry('F32', [0, 7], 40, 40),
    count: entry('I64', [1], 40, 48),
  },
  48,
);

/** The numbers of a tensor as their definition says, from the bytes of the file. */
function decoded(
  bytes: Buffer,
  { dtype, begin, end }: { dtype: string; begin: number; end: number },
): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, end - begin);
  const size = dtype === 'F32' ? 4 : 2;
  const numberAt = (at: number) => {
    if (dtype === 'F32') return view.getFloat32(at, true);
    if (dtype === 'F16') return halfAt(view.getUint16(at, true));
    return new Float32Array(Uint32Array.of(view.getUint16(at, true) * 2 ** 16).buffer)[0] ?? 0;
  };
  return Array.from({ length: (end - begin) / size }, (_, i) => numberAt(i * size));
}

function halfAt(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Opens and reads everything: exactly what the bytes say, or an error that names the file. True if it opened. */
async function opensOrNames(bytes: Buffer): Promise<boolean> {
  await writeFile(path, bytes);
  let file: SafetensorsFile;
  try {
    file = await SafetensorsFile.open(path);
  } catch (error) {
    assertNames(error, path);
    return false;
  }
  try {
    let covered = 8 + Number(bytes.readBigUInt64LE());
    for (const [name, tensor] of [...file.tensors].sort(([, a], [, b]) => a.begin - b.begin)) {
      assert.ok(tensor.begin === covered && tensor.end >= covered);
      covered = tensor.end;
      if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) continue;
      assert.deepEqual([...(await file.read(name))], decoded(bytes, tensor), name);
    }
    assert.equal(covered, bytes.length);
    return true;
  } finally {
    await file.close();
  }
}

function assertNames(error: unknown, prefix: string): void {
  assert.ok(error instanceof Error, `${error}`);
  assert.ok(error.message.startsWith(prefix), `the file is not named in: ${error.message}`);
  assert.ok(error.message.length < prefix.length + 1000, 'an error that nobody can read');
}

type Mutation = readonly [kind: 'set' | 'cut' | 'insert' | 'drop', at: number, byte: number];
const mutations = fc.array(
  fc.tuple(fc.constantFrom('set', 'set', 'set', 'insert', 'drop', 'cut'), fc.nat(1 << 20), fc.nat(255)),
  { minLength: 1, maxLength: 3 },
) as fc.Arbitrary<Mutation[]>;

function mutated(bytes: Buffer, changes: readonly Mutation[]): Buffer {
  let result = Buffer.from(bytes);
  for (const [kind, place, byte] of changes) {
    const at = place % (result.length + 1);
    if (kind === 'set' && at < result.length) result[at] = byte;
    else if (kind === 'cut') result = result.subarray(0, at);
    else if (kind === 'insert')
      result = Buffer.concat([result.subarray(0, at), Buffer.of(byte), result.subarray(at)]);
    else if (kind === 'drop') result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)]);
  }
  return result;
}

test('the file that the faults are made of is whole', async () => {
  assert.ok(await opensOrNames(valid));
});

test('every cut of a file is refused', async () => {
  for (let length = 0; length < valid.length; length += 1) {
    assert.ok(!(await opensOrNames(valid.subarray(0, length))), `cut to ${length}`);
  }
});

test('a file with changed bytes is read exactly, or refused by name', async () => {
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      if (await opensOrNames(mutated(valid, changes))) opened += 1;
    }),
    { seed: 3, numRuns: 1500 },
  );
  assert.ok(opened > 50, 'some changes only touch the numbers');
});

test('a header of any shape is read exactly, or refused by name', async () => {
  const number = fc.oneof(
    fc.constantFrom(
      0,
      1,
      2,
      4,
      8,
      -1,
      0.5,
      2 ** 31,
      2 ** 32,
      2 ** 53 - 1,
      2 ** 53,
      2 ** 64,
      1e300,
      '4',
      null,
    ),
    fc.nat(16),
  );
  const tensor = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record(
        {
          dtype: fc.constantFrom(
            'F32',
            'F16',
            'BF16',
            'F32',
            'I64',
            'F8_E4M3',
            'f32',
            'toString',
            '__proto__',
            7,
            null,
          ),
          shape: fc.oneof(fc.array(number, { maxLength: 4 }), fc.jsonValue()),
          data_offsets: fc.oneof(fc.tuple(number, number), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '', '__metadata__', 'a', 'b'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, tensor), { maxLength: 4 }),
      fc.nat(40),
      async (entries, bytes) => {
        const members = entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
        await opensOrNames(fileOf(`{${members.join(', ')}}`, bytes));
      },
    ),
    { seed: 4, numRuns: 1000 },
  );
});

test('tensors may have names that objects have of their own', async () => {
  const header = `{"__proto__": ${JSON.stringify(entry('F32', [1], 0, 4))}, "constructor": ${JSON.stringify(entry('F32', [1], 4, 8))}}`;
  assert.ok(await opensOrNames(fileOf(header, 8)));
  const file = await SafetensorsFile.open(path);
  assert.deepEqual([...file.tensors.keys()], ['__proto__', 'constructor']);
  await assert.rejects(file.read('toString'), /no tensor toString/);
  await file.close();
});

test('malicious headers are refused, by file and tensor', async () => {
  const a = (shape: unknown, begin: unknown, end: unknown) => ({ a: entry('F32', shape, begin, end) });
  const cases: [unknown, number, RegExp][] = [
    ['{"a": 1, "a": 2}', 0, /has a twice/],
    [
      `{"a": ${JSON.stringify(entry('F32', [1], 0, 4))}, "\\u0061": ${JSON.stringify(entry('F32', [1], 0, 4))}}`,
      4,
      /has a twice/,
    ],
    [`{"a": {"dtype": "F32", "shape": [1], "shape": [1], "data_offsets": [0, 4]}}`, 4, /has shape twice/],
    [a([2 ** 32, 2 ** 32, 2 ** 32], 0, 4), 4, /tensor a: F32 .* it has 4/],
    [a([2 ** 53 - 1, 2 ** 53 - 1, 0], 0, 4), 4, /tensor a: F32 .* needs 0 bytes, it has 4/],
    [
      a(Array.from({ length: 40 }, () => 2 ** 40).concat(0), 0, 0),
      0,
      /tensor a: .* needs NaN bytes, it has 0/,
    ],
    [a([2 ** 51], 0, 2 ** 53), 0, /tensor a: data_offsets/],
    [a([2 ** 50], 0, 2 ** 52), 0, /tensor a ends at byte \d+, the file at \d+: torn/],
    [a([-1], 4, 0), 4, /tensor a: shape \[-1\]/],
    [a([0.5], 0, 2), 2, /tensor a: shape \[0\.5\]/],
    [a([1], -4, 0), 4, /tensor a: data_offsets \[-4,0\]/],
    [a([0], 4, 4), 4, /tensor a leaves a gap/],
    [{ ...a([2], 0, 8), b: entry('F32', [2], 4, 12) }, 12, /tensor b overlaps/],
    [{ ...a([1], 0, 4), b: entry('F32', [1], 0, 4) }, 4, /tensor b overlaps/],
    [{ __metadata__: { version: 1 } }, 0, /__metadata__ version is 1, no text/],
    [{ [`n${'x'.repeat(1 << 20)}`]: 3 }, 0, /tensor nx+…: its entry/],
    [`{"a": ${'['.repeat(500_000)}${']'.repeat(500_000)}}`, 0, /tensor a: its entry/],
    [`{"a": {"dtype": "F32", "shape": ${'['.repeat(500_000)}${']'.repeat(500_000)}}}`, 0, /tensor a: shape/],
    ['['.repeat(1_000_000), 0, /not JSON/],
    ['{"a": {"dtype": "F32"', 0, /not JSON/],
  ];
  for (const [header, bytes, message] of cases) {
    await writeFile(path, fileOf(header, bytes));
    await assert.rejects(SafetensorsFile.open(path), (error) => {
      assertNames(error, path);
      assert.match((error as Error).message, message);
      return true;
    });
  }
});

test('a header of 100 MB is refused before it is read', async () => {
  const length = 100_000_000;
  const handle = await open(path, 'w');
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  await handle.write(prefix);
  // A hole: it takes no room on the disk.
  await handle.truncate(length + 8);
  await handle.close();
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(SafetensorsFile.open(path), /header of 100000000 bytes; at most 16777216 are read/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
  for (const declared of [2n ** 63n, 2n ** 64n - 1n, BigInt(length + 1)]) {
    prefix.writeBigUInt64LE(declared);
    await writeFile(path, Buffer.concat([prefix, Buffer.alloc(100)]));
    await assert.rejects(SafetensorsFile.open(path), /header of \d+ bytes in a file of 108: torn/);
  }
});

test('a model directory with changed bytes is loaded, or refused with a file of it named', async () => {
  const golden = join(import.meta.dirname, '../../golden/llama-tiny');
  const model = join(directory, 'model');
  const names = (await readdir(golden)).filter((name) => name === 'config.json' || name.startsWith('model'));
  const whole = await Promise.all(names.map(async (name) => await readFile(join(golden, name))));
  await fc.assert(
    fc.asyncProperty(fc.nat(names.length - 1), mutations, async (index, changes) => {
      await rm(model, { recursive: true, force: true });
      await mkdir(model);
      await Promise.all(names.map((name) => copyFile(join(golden, name), join(model, name))));
      // The numbers of a shard are most of it; what can be wrong is before them.
      const bytes = whole[index] ?? Buffer.alloc(0);
      const at = changes.map(
        ([kind, place, byte]): Mutation => [kind, place % Math.min(bytes.length, 1200), byte],
      );
      await writeFile(join(model, names[index] ?? ''), mutated(bytes, at));
      try {
        const { flat } = await readModelDirectory(model);
        assert.ok(flat.length < 1 << 16);
      } catch (error) {
        assertNames(error, model);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
