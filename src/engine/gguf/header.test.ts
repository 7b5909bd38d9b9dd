import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GgufFile } from './gguf-file.ts';
import { array, type Field, gguf, header, kv, sized, tensor, text, u32, u64 } from './gguf-fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-gguf-'));
after(() => rm(directory, { recursive: true }));
const path = join(directory, 'model.gguf');

async function openBytes(bytes: Uint8Array): Promise<GgufFile> {
  await writeFile(path, bytes);
  return GgufFile.open(path);
}

async function rejects(bytes: Uint8Array, message: RegExp): Promise<void> {
  await assert.rejects(openBytes(bytes), (error: Error) => {
    assert.ok(error.message.startsWith(path), `the file is not named in: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
}

const f32 = (name: string, dims: number[], offset: number) => tensor({ name, dims, type: 0, offset });

test('every type of metadata is read, in versions 2 and 3', async () => {
  const values: [key: string, value: Field[], expected: unknown][] = [
    ['u8', [u32(0), sized('u8', 200)], 200],
    ['i8', [u32(1), sized('i8', -3)], -3],
    ['u16', [u32(2), sized('u16', 60000)], 60000],
    ['i16', [u32(3), sized('i16', -30000)], -30000],
    ['u32', [u32(4), u32(4e9)], 4e9],
    ['i32', [u32(5), sized('i32', -5)], -5],
    ['f32', [u32(6), sized('f32', 0.5)], 0.5],
    ['bool', [u32(7), sized('u8', 1)], true],
    ['text', [u32(8), text('∀x\uFEFF')], '∀x\uFEFF'],
    ['u64', [u32(10), u64(2n ** 40n)], 2 ** 40],
    ['large', [u32(10), u64(2n ** 63n)], 2n ** 63n],
    ['i64', [u32(11), sized('i64', -7n)], -7],
    ['f64', [u32(12), sized('f64', 0.1)], 0.1],
    ['texts', array(8, 2, [text('a'), text('')]), ['a', '']],
    ['bools', array(7, 2, [sized('u8', 0), sized('u8', 1)]), [false, true]],
    ['f32s', array(6, 2, [sized('f32', 1.5), sized('f32', -2)]), Float32Array.of(1.5, -2)],
    ['i32s', array(5, 1, [sized('i32', -9)]), Int32Array.of(-9)],
    ['u64s', array(10, 1, [u64(5n)]), BigUint64Array.of(5n)],
    ['none', array(8, 0, []), []],
    [
      'nested',
      array(9, 2, [...inner(4, 1, [u32(3)]), ...inner(8, 1, [text('x')])]),
      [Uint32Array.of(3), ['x']],
    ],
  ];
  for (const version of [2, 3]) {
    const file = await openBytes(gguf({ version, keys: values.map(([key, value]) => kv(key, value)) }));
    assert.deepEqual(
      [...file.metadata],
      values.map(([key, , expected]) => [key, expected]),
    );
    assert.equal(file.version, version);
    await file.close();
  }
});

/** An array inside an array has no value type before it. */
function inner(type: number, count: number, values: Field[]): Field[] {
  return array(type, count, values).slice(1);
}

test('tensors are read where they lie, with shapes slowest first', async () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, /* padding */ 0, 0, 7);
  const file = await openBytes(
    gguf({ tensors: [f32('a', [3, 2], 0), f32('b', [1], 32)], data: new Uint8Array(values.buffer) }),
  );
  assert.deepEqual(file.tensors.get('a')?.dims, [2, 3]);
  assert.deepEqual(await file.read('a'), Float32Array.of(1, 2, 3, 4, 5, 6));
  const target = new Float32Array(3);
  await file.read('b', target.subarray(1, 2));
  assert.deepEqual(target, Float32Array.of(0, 7, 0));
  await assert.rejects(file.read('c'), /model\.gguf: no tensor c/);
  await assert.rejects(file.read('a', new Float32Array(5)), /tensor a has 6 values, expected 5/);
  await file.close();
});

test('a tensor of a type that is not read is listed, and refused by name when read', async () => {
  const one = tensor({ name: 'q', dims: [256], type: 16, offset: 0 });
  const file = await openBytes(gguf({ tensors: [one], data: new Uint8Array(66) }));
  await assert.rejects(file.read('q'), /model\.gguf: tensor q is IQ2_XXS, which cannot be read/);
  await file.close();
});

test('other formats and versions are refused by name', async () => {
  await rejects(new Uint8Array(10), /10 bytes, too short/);
  await rejects(new Uint8Array(100), /not a GGUF file/);
  await rejects(Buffer.concat([Buffer.from('tjgg'), new Uint8Array(40)]), /a GGJT file, from before GGUF/);
  await rejects(gguf({ version: 1 }), /GGUF version 1; versions 2 and 3/);
  await rejects(gguf({ version: 4 }), /GGUF version 4/);
  await rejects(gguf({ version: 3 << 24 }), /big-endian/);
  const part = kv('split.count', [u32(2), sized('u16', 3)]);
  await rejects(gguf({ keys: [part] }), /"split.count": one of 3 files/);
});

test('counts and lengths are believed only as far as the file goes', async () => {
  const huge = 2n ** 62n;
  await rejects(header({ tensorCount: huge, keyCount: 0n }), /the number of tensors is 4611686018427387904/);
  await rejects(header({ tensorCount: 0n, keyCount: huge }), /the number of metadata keys is 4611/);
  await rejects(header({ tensorCount: 2n ** 50n, keyCount: 0n }), /1125899906842624 tensors after byte 24/);
  await rejects(header({ tensorCount: 0n, keyCount: 2n ** 50n }), /1125899906842624 metadata keys/);
  await rejects(
    gguf({ keys: [[u64(2n ** 60n)]], data: new Uint8Array(64) }),
    /key 1 of 1: the length of its name is 11529/,
  );
  await rejects(
    gguf({ keys: [[u64(70_000n)]], data: new Uint8Array(80_000) }),
    /name has 70000 bytes; at most/,
  );
  await rejects(gguf({ keys: [kv('k', [u32(8), u64(1000n)])] }), /"k": 1000 bytes of the text after byte/);
  await rejects(gguf({ keys: [kv('k', [u32(13), u32(0)])] }), /"k": its type is 13/);
  await rejects(gguf({ keys: [kv('k', array(13, 1, []))] }), /"k": an array of type 13/);
  await rejects(gguf({ keys: [kv('k', array(4, 2n ** 61n, []))] }), /"k": the length of the array is 2305/);
  await rejects(
    gguf({ keys: [kv('k', array(4, 2n ** 52n, []))] }),
    /"k": an array of 4503599627370496 values/,
  );
  await rejects(gguf({ keys: [kv('k', array(6, 100, []))] }), /"k": 100 values of an array after byte/);
  await rejects(gguf({ keys: [kv('k', [u32(7), sized('u8', 2)])] }), /"k": a boolean is 2/);
  await rejects(
    gguf({ keys: [kv('k', [u32(8), u64(1n), sized('u8', 0xff)])] }),
    /"k": the text is not UTF-8/,
  );
  await rejects(gguf({ keys: [kv('k', [u32(0), sized('u8', 1)]), kv('k', [u32(0)])] }), /"k": there twice/);
  let nested = inner(0, 0, []);
  for (let depth = 0; depth < 5; depth += 1) nested = inner(9, 1, nested);
  await rejects(gguf({ keys: [kv('k', [u32(9), ...nested])] }), /"k": arrays nested deeper than 4/);
});

test('millions of empty texts are no memory: they are refused', async () => {
  const count = (1 << 22) + 1;
  const bytes = gguf({ keys: [kv('k', array(8, count, []))], data: new Uint8Array(8 * count) });
  await rejects(bytes, /"k": an array of 4194305 values; with those before, more than 4194304/);
});

test('alignment, shapes and offsets are checked', async () => {
  const alignment = (value: number) => kv('general.alignment', [u32(4), u32(value)]);
  const data = new Uint8Array(64);
  await rejects(gguf({ keys: [alignment(0)] }), /"general.alignment" is 0, not a power of two/);
  await rejects(gguf({ keys: [alignment(24)] }), /"general.alignment" is 24/);
  await rejects(gguf({ tensors: [f32('a', [4], 4)], data }), /"a": its offset 4 is not a multiple/);
  await rejects(gguf({ tensors: [f32('a', [4], 2 ** 53)], data }), /"a": its offset is 9007199254740992/);
  await rejects(gguf({ tensors: [f32('a', [4], 32)], data }), /tensor a leaves a gap of 32 bytes/);
  await rejects(
    gguf({ tensors: [f32('a', [17], 0)], data }),
    /tensor a ends at byte \d+, the file at \d+: torn/,
  );
  await rejects(gguf({ tensors: [f32('a', [9], 0), f32('b', [1], 32)], data }), /tensor b overlaps another/);
  await rejects(gguf({ tensors: [f32('a', [4], 0), f32('a', [4], 32)], data }), /"a": there twice/);
  await rejects(gguf({ tensors: [f32('a', [4], 0)], data: new Uint8Array(65) }), /33 bytes after the last/);
  await rejects(gguf({ tensors: [f32('a', [1, 1, 1, 1, 1], 0)], data }), /"a": 5 dimensions/);
  await rejects(gguf({ tensors: [f32('a', [4, 0], 0)], data }), /"a": its shape is 0×4/);
  const wide = [2 ** 30, 2 ** 30];
  await rejects(gguf({ tensors: [f32('a', wide, 0)], data }), /"a": 1073741824×1073741824 values/);
  await rejects(
    gguf({ tensors: [f32('a', [2 ** 52], 0)], data }),
    /"a": 4503599627370496 values at offset 0/,
  );
  const strange = (type: number, dims: number[]) => tensor({ name: 'a', dims, type, offset: 0 });
  await rejects(gguf({ tensors: [strange(99, [4])], data }), /"a": its type is 99/);
  await rejects(gguf({ tensors: [strange(4, [32])], data }), /"a": its type is 4/);
  await rejects(gguf({ tensors: [strange(3, [48])], data }), /rows of 48 are no whole Q4_1 blocks of 32/);
});

test('an opened file that is refused is closed', async () => {
  if (process.platform !== 'linux') return;
  const openFiles = async () => (await readdir('/proc/self/fd')).length;
  const before = await openFiles();
  for (let i = 0; i < 20; i += 1) await rejects(new Uint8Array(100), /not a GGUF/);
  assert.ok((await openFiles()) < before + 10);
});
