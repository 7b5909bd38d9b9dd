/**
 * Files of a model that lie in one directory are put into the one that it becomes: as they are, or with the weights rounded
 * (or widened) to one type, in one file.
 */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../../engine/engine.ts';
import { streamSafetensors } from '../../engine/gguf/safetensors-stream.ts';
import type { FloatType } from '../../engine/gguf/streamed-tensor.ts';
import { parameterSpecs } from '../../engine/ort/parameters.ts';
import { indexFile, openWeights, weightsFile } from '../../engine/sharded-safetensors.ts';
import { linkFile } from '../../journal/link-tree.ts';

export interface WrittenModel {
  readonly from: string;
  readonly to: string;
  readonly files: readonly string[];
  readonly convert?: { readonly config: ModelConfig; readonly type: FloatType } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `from` may be empty afterwards. */
export async function writeModel({ from, to, files, convert, signal }: WrittenModel): Promise<void> {
  for (const name of files) {
    if (convert !== undefined && isWeights(name)) continue;
    await linkFile(path.join(from, name), path.join(to, name), { otherwise: rename });
  }
  if (convert === undefined) return;
  const { config, type } = convert;
  const source = await openWeights(from);
  try {
    const tensors = parameterSpecs(config).map(({ name, dims }) => ({
      ...{ name, dims, type },
      read: async () => {
        signal?.throwIfAborted();
        return await source.read(name);
      },
    }));
    await streamSafetensors(path.join(to, weightsFile), tensors, { format: 'pt' });
  } finally {
    await source.close();
  }
}

function isWeights(name: string): boolean {
  return name === indexFile || name.endsWith('.safetensors');
}
