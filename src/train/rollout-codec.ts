/**
 * Samples as bytes and back, for the journal. TOKEN-EXACT: token ids and log-probs survive bit for bit, so that a
 * resumed run trains on exactly what was sampled.
 * Layout: length of a JSON header (uint32), the header (finish reasons, lengths, version spans), all token ids
 * (int32), all log-probs (float32), little-endian.
 */
import { z } from 'zod';
import type { PolicyVersion, Sample } from '../engine/engine.ts';

const headerSchema = z.array(
  z.object({
    length: z.int().min(0),
    finish: z.enum(['stop', 'length']),
    versions: z.array(z.object({ start: z.int(), version: z.int() })),
  }),
);

/** Bytes of the samples of one group. */
export function encodeSamples(samples: readonly Sample[]): Uint8Array {
  const header = Buffer.from(
    JSON.stringify(
      samples.map(({ tokens_T, finish, versions }) => ({ length: tokens_T.length, finish, versions })),
    ),
  );
  const tokens = samples.reduce((sum, sample) => sum + sample.tokens_T.length, 0);
  const bytes = new Uint8Array(4 + header.length + 8 * tokens);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let offset = 4 + header.length;
  for (const array of [...samples.map((one) => one.tokens_T), ...samples.map((one) => one.logprobs_T)]) {
    bytes.set(littleEndian(array), offset);
    offset += array.byteLength;
  }
  return bytes;
}

/** Inverse of `encodeSamples`. Throws when the bytes are not what it wrote. */
export function decodeSamples(bytes: Uint8Array): Sample[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.readUInt32LE(0);
  const header = headerSchema.parse(JSON.parse(view.toString('utf8', 4, 4 + headerLength)));
  const tokens = header.reduce((sum, { length }) => sum + length, 0);
  const begin = 4 + headerLength;
  if (view.length !== begin + 8 * tokens)
    throw new Error(`samples of ${tokens} tokens in ${view.length} bytes`);
  let done = 0;
  return header.map(({ length, finish, versions }) => {
    const tokens_T = new Int32Array(length);
    const logprobs_T = new Float32Array(length);
    const ids = begin + 4 * done;
    const logprobs = ids + 4 * tokens;
    asBytes(tokens_T).set(view.subarray(ids, ids + 4 * length));
    asBytes(logprobs_T).set(view.subarray(logprobs, logprobs + 4 * length));
    for (const array of [tokens_T, logprobs_T]) if (!isLittleEndian) asBytes(array).set(littleEndian(array));
    done += length;
    const spans = versions.map(({ start, version }) => ({ start, version: version as PolicyVersion }));
    return { tokens_T, logprobs_T, finish, versions: spans };
  });
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function asBytes(array: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The bytes of the array in little-endian order; the same function leads back. */
function littleEndian(array: Int32Array | Float32Array): Uint8Array {
  return isLittleEndian ? asBytes(array) : Buffer.from(asBytes(array)).swap32();
}
