/**
 * Weights as the hub wants them: one safetensors file up to 5 GB; above that several, each of whole tensors and no larger,
 * with the index that transformers and vLLM read. Bytes are copied as they are, in pieces.
 */
import { constants } from 'node:fs';
import { copyFile, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorSource } from '../engine/safetensors.ts';
import { encodedHeader } from '../engine/safetensors-header.ts';
import { indexFile, openWeights, weightsFile } from '../engine/sharded-safetensors.ts';

/** As transformers counts: 5 · 10⁹ bytes. */
export const largestShard = 5e9;
const pieceBytes = 1 << 24;

export interface WrittenWeights {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Copies the weights of `from` into the existing directory `to`. A tensor larger than `largest` has a file of its own. */
export async function copyWeights(
  from: string,
  to: string,
  options: { readonly largest?: number; readonly signal?: AbortSignal } = {},
): Promise<WrittenWeights> {
  const { largest = largestShard, signal } = options;
  const source = await openWeights(from);
  try {
    const groups = shardsOf(source, largest);
    const [only] = groups;
    if (groups.length === 1 && only !== undefined) {
      const target = join(to, weightsFile);
      // Where the file system can, the bytes are shared until one of the files changes.
      if (source.path === join(from, weightsFile))
        await copyFile(source.path, target, constants.COPYFILE_FICLONE);
      else await writeShard(source, only, target, signal);
      return { files: [weightsFile], bytes: (await stat(target)).size };
    }
    const weightMap: Record<string, string> = {};
    const files: string[] = [];
    let bytes = 0;
    for (const [index, names] of groups.entries()) {
      const file = shardName(index + 1, groups.length);
      bytes += await writeShard(source, names, join(to, file), signal);
      files.push(file);
      for (const name of names) weightMap[name] = file;
    }
    const total = [...source.tensors.values()].reduce((sum, { begin, end }) => sum + end - begin, 0);
    const index = { metadata: { total_size: total }, weight_map: weightMap };
    await writeFile(join(to, indexFile), `${JSON.stringify(index, null, 2)}\n`);
    return { files: [...files, indexFile], bytes };
  } finally {
    await source.close();
  }
}

function shardName(number: number, count: number): string {
  const digits = (value: number) => String(value).padStart(5, '0');
  return `model-${digits(number)}-of-${digits(count)}.safetensors`;
}

/** Names of tensors by file, in their order. */
function shardsOf({ tensors }: TensorSource, largest: number): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const [name, { begin, end }] of tensors) {
    const size = end - begin;
    if (groups.length === 0 || size > room) {
      groups.push([]);
      room = largest;
    }
    groups.at(-1)?.push(name);
    room -= size;
  }
  return groups;
}

/** Returns the bytes of the file. */
async function writeShard(
  source: TensorSource,
  names: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const header: Record<string, unknown> = { __metadata__: { ...source.metadata, format: 'pt' } };
  let offset = 0;
  for (const name of names) {
    const entry = source.tensors.get(name);
    if (entry === undefined) throw new Error(`${source.path}: no tensor ${name}`);
    const size = entry.end - entry.begin;
    header[name] = { dtype: entry.dtype, shape: entry.dims, data_offsets: [offset, offset + size] };
    offset += size;
  }
  const head = encodedHeader(header);
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(head);
    for (const name of names) {
      const entry = source.tensors.get(name);
      const size = entry === undefined ? 0 : entry.end - entry.begin;
      for (let at = 0; at < size; at += pieceBytes) {
        signal?.throwIfAborted();
        const piece = new Uint8Array(Math.min(pieceBytes, size - at));
        await source.readBytes(name, at, piece);
        await handle.writeFile(piece);
      }
    }
  } finally {
    await handle.close();
  }
  return head.length + offset;
}
