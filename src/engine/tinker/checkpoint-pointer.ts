/**
 * `tinker.json` in a checkpoint's directory: where a server keeps the model. It takes the place of weights and optimiser, which
 * stay there; the key is not in it.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';

export const pointerFile = 'tinker.json';

const pointer = z.object({
  url: z.string(),
  profile: z.string(),
  baseModel: z.string(),
  /** Path of the weights with the optimiser's state; absent: the base model as it is. */
  state: z.string().optional(),
  /** Path of the weights for sampling. */
  sampler: z.string().optional(),
  version: z.int().min(0),
  lora: z
    .object({
      rank: z.int().min(1),
      alpha: z.number(),
      seed: z.int(),
      attention: z.boolean(),
      feedForward: z.boolean(),
      head: z.boolean(),
    })
    .optional(),
});
export type CheckpointPointer = z.infer<typeof pointer>;

/** The pointer of a directory; undefined where it has none. Throws where there is one that cannot be read. */
export async function readPointer(directory: string): Promise<CheckpointPointer | undefined> {
  const file = path.join(directory, pointerFile);
  let value: unknown;
  try {
    value = await readJsonFile(file, 1 << 20);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const result = pointer.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(
    `${file}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}. A checkpoint of a remote engine has it`,
  );
}

export async function writePointer(directory: string, value: CheckpointPointer): Promise<void> {
  await writeFile(path.join(directory, pointerFile), `${JSON.stringify(value, undefined, 2)}\n`);
}
