/**
 * A short digest of weights, for the name of a model in the keys of durable calls: two checkpoints have two names, and a
 * copied one keeps its own. Large files are not read whole: their size, beginning and end are.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

const sampledBytes = 1 << 20;

/** Eight hexadecimal digits. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await sampleFile(hash, file);
  return hash.digest('hex').slice(0, 8);
}

/** Of a model directory: of its manifest, which has the digests of all files, or of its configuration and weights. */
export async function directoryDigest(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const manifest = path.join(directory, 'manifest.json');
  if (existsSync(manifest)) return hash.update(readFileSync(manifest)).digest('hex').slice(0, 8);
  const names = readdirSync(directory).filter(
    (name) => name === 'config.json' || name.endsWith('.safetensors'),
  );
  for (const name of names.sort()) {
    hash.update(`${name}\n`);
    await sampleFile(hash, path.join(directory, name));
  }
  return hash.digest('hex').slice(0, 8);
}

async function sampleFile(hash: Hash, file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    hash.update(`${size}\n`);
    for (const position of [0, Math.max(0, size - sampledBytes)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampledBytes), 0, sampledBytes, position);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
