import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SafetensorsFile, writeSafetensors } from './safetensors.ts';

const directory = await mkdtemp(join(tmpdir(), 'qed-safetensors-'));
after(() => rm(directory, { recursive: true }));
const path = join(directory, 'file.safetensors');

/** A file from a header and data, as some other writer, or a fault, might leave it. */
async function put(header: unknown, data: Uint8Array = new Uint8Array(), declared?: number): Promise<void> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(declared ?? json.length));
  await writeFile(path, Buffer.concat([length, json, data]));
}

async function rejectsWith(message: RegExp): Promise<void> {
  await assert.rejects(SafetensorsFile.open(path), (error: Error) => {
    assert.match(error.message, message);
    assert.ok(error.message.startsWith(path), `the file is not named in: ${error.message}`);
    return true;
  });
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

test('what is written is read back bit for bit, in any order, with its metadata', async () => {
  const a = Float32Array.of(1, -0, Number.NaN, 1e-45, Number.NEGATIVE_INFINITY, 3.4e38);
  await writeSafetensors(
    path,
    [
      { name: 'a', dims: [2, 3], data: a },
      { name: 'empty', dims: [0, 4], data: new Float32Array() },
      { name: 'scalar', dims: [], data: Float32Array.of(7) },
    ],
    { format: 'pt' },
  );
  const file = await SafetensorsFile.open(path);
  assert.deepEqual(file.metadata, { format: 'pt' });
  assert.deepEqual(file.tensors.get('a')?.dims, [2, 3]);
  assert.deepEqual(await file.read('scalar'), Float32Array.of(7));
  const into = new Float32Array(8);
  await file.read('a', into.subarray(1, 7));
  assert.deepEqual(new Uint8Array(into.buffer, 4, 24), new Uint8Array(a.buffer));
  await assert.rejects(file.read('b'), /no tensor b/);
  await assert.rejects(file.read('a', new Float32Array(5)), /tensor a has 6 values, expected 5/);
  await file.close();
  assert.deepEqual(await readdir(directory), ['file.safetensors']);
  const bytes = await readFile(path);
  assert.equal(Number(bytes.readBigUInt64LE()) % 8, 0, 'the numbers are aligned');
});

test('a failed write leaves the file that was there', async () => {
  await writeSafetensors(path, [{ name: 'a', dims: [1], data: Float32Array.of(5) }]);
  const bad = writeSafetensors(path, [{ name: 'a', dims: [2], data: Float32Array.of(6) }]);
  await assert.rejects(bad, /tensor a .* 1 values are not 2/);
  const file = await SafetensorsFile.open(path);
  assert.deepEqual(await file.read('a'), Float32Array.of(5));
  await file.close();
});

test('bfloat16 and float16 widen without loss', async () => {
  const data = new Uint8Array(
    Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x7f80, /**/ 0x3c00, 0xc200, 0x0001, 0x7bff, 0xfc00, 0x8000)
      .buffer,
  );
  await put(
    {
      b: { dtype: 'BF16', shape: [4], data_offsets: [0, 8] },
      h: { dtype: 'F16', shape: [6], data_offsets: [8, 20] },
    },
    data,
  );
  const file = await SafetensorsFile.open(path);
  assert.deepEqual([...(await file.read('b'))], [1, -3, 2 ** -133, Number.POSITIVE_INFINITY]);
  assert.deepEqual([...(await file.read('h'))], [1, -3, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0]);
  await file.close();
});

test('other types are listed, and refused when read', async () => {
  await put({ i: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8));
  const file = await SafetensorsFile.open(path);
  await assert.rejects(file.read('i'), /tensor i is I64/);
  await file.close();
});

test('bad files are refused, with the file and the tensor named', async () => {
  await writeFile(path, Buffer.alloc(5));
  await rejectsWith(/5 bytes, too short/);
  await put({}, new Uint8Array(), 1000);
  await rejectsWith(/header of 1000 bytes in a file of 10/);
  await writeFile(path, Buffer.alloc(64, 0xff));
  await rejectsWith(/header of \d+ bytes/);
  await put('{"a":');
  await rejectsWith(/not JSON/);
  await put('[1]');
  await rejectsWith(/not a JSON object/);
  await put({ a: 3 });
  await rejectsWith(/tensor a: its entry/);
  await put({ a: { ...f32(0, 4), dtype: 'F12' } }, new Uint8Array(4));
  await rejectsWith(/tensor a: unknown dtype "F12"/);
  await put({ a: f32(0, 4, [-1]) }, new Uint8Array(4));
  await rejectsWith(/tensor a: shape \[-1\]/);
  await put({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, new Uint8Array(4));
  await rejectsWith(/tensor a: data_offsets/);
  await put({ a: f32(0, 4, [2, 2]) }, new Uint8Array(4));
  await rejectsWith(/tensor a: F32 2×2 needs 16 bytes, it has 4/);
  await put({ a: f32(0, 8), b: f32(4, 12) }, new Uint8Array(12));
  await rejectsWith(/tensor b overlaps/);
  await put({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12));
  await rejectsWith(/tensor b leaves a gap/);
  await put({ a: f32(0, 8) }, new Uint8Array(7));
  await rejectsWith(/tensor a ends at byte \d+, the file at \d+: torn/);
  await put({ a: f32(0, 8) }, new Uint8Array(9));
  await rejectsWith(/1 bytes after the last tensor/);
});
