/** The id under which Git keeps a file's bytes: SHA-1 of a head with their number, and of them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export async function gitBlobId(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha1').update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
