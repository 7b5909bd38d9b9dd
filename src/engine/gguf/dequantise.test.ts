import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { dequantise, isReadable, readableTypes } from './dequantise.ts';
import { tensorTypes } from './tensor-types.ts';

const golden = z
  .record(z.string(), z.object({ bytes: z.base64(), values: z.base64() }))
  .parse(JSON.parse(readFileSync(new URL('../../../golden/gguf/blocks.json', import.meta.url), 'utf8')));
const decoded = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

for (const [type, { bytes, values }] of Object.entries(golden)) {
  test(`${type} is read bit for bit as the gguf package reads it`, () => {
    const expected = new Uint32Array(decoded(values).buffer);
    const actual = new Float32Array(expected.length);
    dequantise(type, decoded(bytes), actual);
    assert.deepEqual(new Uint32Array(actual.buffer), expected);
  });
}

test('every type that is said to be readable has been compared', () => {
  const compared = new Set([...Object.keys(golden), 'F32', 'F64']);
  assert.deepEqual(
    readableTypes.filter((type) => !compared.has(type)),
    [],
  );
  const known = new Set([...tensorTypes.values()].map(({ name }) => name));
  assert.deepEqual(
    readableTypes.filter((type) => !known.has(type)),
    [],
  );
});

test('F32 keeps its bits, F64 is rounded, and unaligned halves are read', () => {
  const bits = Uint32Array.of(0x7fc12345, 0x80000000, 1);
  const kept = new Float32Array(3);
  dequantise('F32', new Uint8Array(bits.buffer), kept);
  assert.deepEqual(new Uint32Array(kept.buffer), bits);
  const doubles = new Float32Array(2);
  dequantise('F64', new Uint8Array(Float64Array.of(0.1, -1e-50).buffer), doubles);
  assert.deepEqual(doubles, Float32Array.of(Math.fround(0.1), -0));
  const halves = new Float32Array(1);
  dequantise('F16', Uint8Array.of(0, 0x00, 0x3c).subarray(1), halves);
  assert.deepEqual(halves, Float32Array.of(1));
});

test('a type that is not read is refused by name', () => {
  assert.equal(isReadable('IQ2_XXS'), false);
  assert.throws(
    () => dequantise('IQ2_XXS', new Uint8Array(66), new Float32Array(256)),
    /type IQ2_XXS cannot be read; those that can are F32, F16/,
  );
});
