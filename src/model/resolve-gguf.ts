/** A GGUF file, run in process by llama.cpp. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { GgufFile } from '../engine/gguf/gguf-file.ts';
import { openGgufChatModel, usualContext } from './gguf-chat-model.ts';
import { ModelSpecError, type ResolvedModel, type SpecSettings } from './open-model.ts';
import { usualReply } from './resolve-directory.ts';
import { checkSettings, wholeNumber } from './spec-settings.ts';
import { fileDigest } from './weights-digest.ts';

export async function resolveGguf(
  spec: string,
  file: string,
  settings: SpecSettings,
): Promise<ResolvedModel> {
  checkSettings(spec, settings, ['context', 'sequences', 'threads', 'gpu']);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new ModelSpecError(`${spec}: there is no such file`);
  }
  const context = wholeNumber(spec, settings, 'context');
  const sequences = wholeNumber(spec, settings, 'sequences');
  const threads = wholeNumber(spec, settings, 'threads');
  const gpu = settings.get('gpu');
  if (gpu !== undefined && gpu !== 'auto' && !/^\d+$/.test(gpu)) {
    throw new ModelSpecError(`${spec}: gpu is ${JSON.stringify(gpu)}; it is auto or a number of layers`);
  }
  const contextTokens = context ?? Math.min(await trainedContext(file), usualContext);
  const name = `${path.basename(file, path.extname(file))}-${await fileDigest(file)}`;
  return {
    spec,
    name,
    price: { prompt: 0, completion: 0 },
    contextTokens,
    defaults: { maxTokens: usualReply(contextTokens) },
    remarks: [],
    open: () =>
      openGgufChatModel(name, file, {
        contextTokens,
        ...(sequences === undefined ? {} : { sequences }),
        ...(threads === undefined ? {} : { threads }),
        ...(gpu === undefined ? {} : { gpuLayers: gpu === 'auto' ? 'auto' : Number(gpu) }),
      }),
  };
}

async function trainedContext(file: string): Promise<number> {
  const gguf = await GgufFile.open(file);
  try {
    const architecture = gguf.metadata.get('general.architecture');
    const length = gguf.metadata.get(`${architecture}.context_length`);
    return typeof length === 'number' || typeof length === 'bigint' ? Number(length) : usualContext;
  } finally {
    await gguf.close();
  }
}
