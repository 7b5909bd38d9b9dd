import assert from 'node:assert/strict';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { BlobReader } from './blob-reader.ts';
import { recordHeaderBytes } from './blob-record.ts';
import { BlobPackWriter, blobReferenceText, packPath, parseBlobReference } from './blobs-pack.ts';
import { DamagedRecordError } from './errors.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';

function payloadOf(index: number): Uint8Array {
  const random = new Random('payload', index);
  const letters = index % 2 === 0 ? 255 : 15;
  return Uint8Array.from({ length: random.uint32() % 3000 }, () => random.uint32() & letters);
}

test('payloads of every kind are read back, across packs that are rotated when full', (t) => {
  const directory = temporaryDirectory(t);
  const writer = new BlobPackWriter(directory, undefined, { packBytes: 10_000 });
  const payloads = [
    new Uint8Array(),
    ...Array.from({ length: 40 }, (_, index) => payloadOf(index)),
    new Uint8Array(50_000),
  ];
  const references = payloads.map((payload) => writer.append(payload));
  const ends = writer.sync();
  writer.close();
  assert.ok(readdirSync(directory).length > 3);
  assert.deepEqual(
    ends.map(({ bytes }) => bytes),
    readdirSync(directory).map((_, index) => statSync(packPath(directory, index + 1)).size),
  );
  assert.ok((references.at(-1)?.bytes ?? 0) < 200, 'zeros are compressed');
  const reader = new BlobReader(directory);
  references.forEach((reference, index) => {
    const named = parseBlobReference(blobReferenceText(reference));
    assert.deepEqual(reader.read(named), payloads[index]);
  });
  reader.close();
});

test('a torn tail is cut on opening; a pack that lost named bytes, or is gone, is left and a new one begun', (t) => {
  const directory = temporaryDirectory(t);
  const first = new BlobPackWriter(directory, undefined);
  const kept = first.append(payloadOf(2));
  const [end] = first.sync();
  first.close();
  assert.ok(end !== undefined);
  const path = packPath(directory, 1);

  appendFileSync(path, 'torn'.repeat(1000));
  const second = new BlobPackWriter(directory, end);
  const next = second.append(payloadOf(3));
  assert.deepEqual({ pack: next.pack, offset: next.offset }, { pack: 1, offset: end.bytes });
  second.sync();
  second.close();
  assert.equal(statSync(path).size, end.bytes + next.bytes, 'nothing of the tail is left');
  const reader = new BlobReader(directory);
  assert.deepEqual([reader.read(kept), reader.read(next)], [payloadOf(2), payloadOf(3)]);
  reader.close();

  truncateSync(path, end.bytes - 1);
  const third = new BlobPackWriter(directory, end);
  assert.equal(third.append(payloadOf(4)).pack, 2);
  rmSync(path);
  const fourth = new BlobPackWriter(directory, end);
  assert.equal(fourth.append(payloadOf(4)).pack, 2);
});

test('a record that is cut, altered at any byte, or whose pack is missing is an error that names it', (t) => {
  const directory = temporaryDirectory(t);
  const writer = new BlobPackWriter(directory, undefined);
  writer.append(payloadOf(1));
  const reference = writer.append(new TextEncoder().encode('a proof '.repeat(30)));
  writer.sync();
  writer.close();
  const path = packPath(directory, 1);
  const whole = readFileSync(path);
  const read = (): Uint8Array => {
    const reader = new BlobReader(directory);
    try {
      return reader.read(reference);
    } finally {
      reader.close();
    }
  };
  assert.ok(reference.bytes > recordHeaderBytes);
  for (let byte = reference.offset; byte < reference.offset + reference.bytes; byte += 1) {
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(byte) ^ (1 << (byte % 8)), byte);
    writeFileSync(path, altered);
    assert.throws(read, DamagedRecordError, `byte ${byte - reference.offset} of the record`);
  }
  writeFileSync(path, whole.subarray(0, -1));
  assert.throws(read, /000001\.pack, record at byte \d+: the pack ends 1 bytes too early/);
  rmSync(path);
  assert.throws(read, /the pack is missing/);
});
