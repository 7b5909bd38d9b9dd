/**
 * A checkpoint whose weights a server keeps (`tinker.json`), opened for sampling on that server. It is used where the weights
 * are not in the directory too. The key comes from the environment, and no directory has it.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { type CheckpointPointer, pointerFile, readPointer } from '../engine/tinker/checkpoint-pointer.ts';

/** Where nobody says. */
export const usualKeyVariable = 'TINKER_API_KEY';

/** The pointer of a directory without weights of its own; undefined where it has some. */
export async function remoteCheckpoint(directory: string): Promise<CheckpointPointer | undefined> {
  const hasWeights = readdirSync(directory).some((name) =>
    /^model.*\.safetensors(?:\.index\.json)?$/.test(name),
  );
  if (hasWeights || !existsSync(path.join(directory, pointerFile))) return undefined;
  return await readPointer(directory);
}

/** An engine that can load it. `url`: where the server is now, if it has moved. The caller closes the engine. */
export async function engineOf(
  pointer: CheckpointPointer,
  { url = pointer.url, apiKey }: { readonly url?: string | undefined; readonly apiKey?: string | undefined },
): Promise<Engine> {
  const { createTinkerEngine } = await import('../engine/tinker/engine.ts');
  return await createTinkerEngine({
    ...{ url, baseModel: pointer.baseModel, selfTest: false },
    profile: profileOf(pointer),
    ...(pointer.lora === undefined ? {} : { lora: pointer.lora }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
}

function profileOf({ profile }: CheckpointPointer) {
  const known = (['qed', 'hosted', 'tuft', 'skyrl', 'skyrl-jax'] as const).find((name) => name === profile);
  return known ?? 'auto';
}
