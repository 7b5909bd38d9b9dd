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
  const bytes = Buffer.alloc(4 + header.length + 8 * tokens);
  bytes.writeUInt32LE(header.length, 0);
  header.copy(bytes, 4);
  let offset = 4 + header.length;
  for (const { tokens_T } of samples) {
    for (const id of tokens_T) offset = bytes.writeInt32LE(id, offset);
  }
  for (const { logprobs_T } of samples) {
    for (const logprob of logprobs_T) offset = bytes.writeFloatLE(logprob, offset);
  }
  return bytes;
}

/** Inverse of `encodeSamples`. Throws when the bytes are not what it wrote. */
export function decodeSamples(bytes: Uint8Array): Sample[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.readUInt32LE(0);
  const header = headerSchema.parse(JSON.parse(view.toString('utf8', 4, 4 + headerLength)));
  const tokens = header.reduce((sum, { length }) => sum + length, 0);
  let idOffset = 4 + headerLength;
  let logprobOffset = idOffset + 4 * tokens;
  if (view.length !== logprobOffset + 4 * tokens)
    throw new Error(`samples of ${tokens} tokens in ${view.length} bytes`);
  return header.map(({ length, finish, versions }) => {
    const tokens_T = new Int32Array(length);
    const logprobs_T = new Float32Array(length);
    for (let t = 0; t < length; t += 1) {
      tokens_T[t] = view.readInt32LE(idOffset);
      logprobs_T[t] = view.readFloatLE(logprobOffset);
      idOffset += 4;
      logprobOffset += 4;
    }
    const spans = versions.map(({ start, version }) => ({ start, version: version as PolicyVersion }));
    return { tokens_T, logprobs_T, finish, versions: spans };
  });
}
