/** SHA-256 and size of a file, read as a stream. Throws what the file system throws. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';

/** A checksum also names a directory of the cache, so nothing else may pass for one. */
export const sha256Schema = z
  .string()
  .regex(/^[\da-f]{64}$/, 'a SHA-256 of 64 hexadecimal digits is expected');

export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
}

export async function fileDigest(file: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
