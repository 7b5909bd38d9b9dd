/**
 * The trainer's log-prob minus the sampler's for every token that a step trained on, for who looks at the step later, as bytes
 * and back. Half precision: small differences keep three digits, in a fifth of what a sample takes.
 * Layout: length of a JSON header (uint32), the header ([group, attempt, tokens] of each attempt), all ratios (16 bits),
 * little-endian.
 */
import { z } from 'zod';
import { fromHalf, halfOf } from './half-float.ts';

export interface AttemptLogRatios {
  /** Place of the group in its batch, and of the attempt in its group. */
  readonly group: number;
  readonly attempt: number;
  /** ln(p of the trainer / p of the sampler) of each sampled token. */
  readonly logRatios_T: Float32Array;
}

const headerSchema = z.array(z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]));

export function encodeLogRatios(attempts: readonly AttemptLogRatios[]): Uint8Array {
  const header = Buffer.from(
    JSON.stringify(attempts.map(({ group, attempt, logRatios_T }) => [group, attempt, logRatios_T.length])),
  );
  const tokens = attempts.reduce((sum, { logRatios_T }) => sum + logRatios_T.length, 0);
  const bytes = Buffer.alloc(4 + header.length + 2 * tokens);
  bytes.writeUInt32LE(header.length, 0);
  header.copy(bytes, 4);
  let offset = 4 + header.length;
  for (const { logRatios_T } of attempts) {
    for (const ratio of logRatios_T) offset = bytes.writeUInt16LE(halfOf(ratio), offset);
  }
  return bytes;
}

/** Inverse of `encodeLogRatios`, but for the precision. Throws when the bytes are not what it wrote. */
export function decodeLogRatios(bytes: Uint8Array): AttemptLogRatios[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.readUInt32LE(0);
  const header = headerSchema.parse(JSON.parse(view.toString('utf8', 4, 4 + headerLength)));
  const tokens = header.reduce((sum, [, , length]) => sum + length, 0);
  let offset = 4 + headerLength;
  if (view.length !== offset + 2 * tokens)
    throw new Error(`log-ratios of ${tokens} tokens in ${view.length} bytes`);
  return header.map(([group, attempt, length]) => {
    const logRatios_T = new Float32Array(length);
    for (let t = 0; t < length; t += 1, offset += 2) logRatios_T[t] = fromHalf(view.readUInt16LE(offset));
    return { group, attempt, logRatios_T };
  });
}
