/** A model directory or a checkpoint of a run: on the embedded engine, or on the server that keeps its weights. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import { parseJson } from '../engine/json-file.ts';
import { readModelConfig } from '../engine/model-config.ts';
import type { SamplingSettings } from './chat-model.ts';
import { loadDirectoryFormat } from './directory-format.ts';
import { createEngineChatModel } from './engine-chat-model.ts';
import type { ResolvedModel, SpecSettings } from './open-model.ts';
import { engineOf, remoteCheckpoint, usualKeyVariable } from './remote-checkpoint.ts';
import { findModel } from './run-checkpoint.ts';
import { checkSettings, wholeNumber } from './spec-settings.ts';
import { directoryDigest } from './weights-digest.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const free = { prompt: 0, completion: 0 } as const;

export async function resolveDirectory(
  spec: string,
  place: string,
  { settings, environment }: { readonly settings: SpecSettings; readonly environment: Environment },
): Promise<ResolvedModel> {
  const found = await findModel(place);
  const remote = await remoteCheckpoint(found.directory);
  checkSettings(spec, settings, remote === undefined ? ['threads'] : ['url', 'key']);
  const threads = wholeNumber(spec, settings, 'threads') ?? 'auto';
  const makeEngine = async (): Promise<Engine> => {
    if (remote === undefined) {
      const { createOrtEngine } = await import('../engine/ort/engine.ts');
      return createOrtEngine({ threads });
    }
    const apiKey = environment[settings.get('key') ?? usualKeyVariable]?.trim();
    return await engineOf(remote, { url: settings.get('url'), apiKey: apiKey === '' ? undefined : apiKey });
  };
  const { max_position_embeddings: contextTokens } = await readModelConfig(found.directory);
  const name = `${found.name}-${await directoryDigest(found.directory)}`;
  return {
    spec,
    name,
    price: free,
    contextTokens,
    defaults: { maxTokens: usualReply(contextTokens), ...(await generationDefaults(found.directory)) },
    remarks:
      remote === undefined
        ? found.remarks
        : [...found.remarks, `its weights are on the server at ${settings.get('url') ?? remote.url}`],
    open: async () => {
      const format = await loadDirectoryFormat(found.directory);
      const engine = await makeEngine();
      try {
        const sampler = await engine.loadSampler(found.directory, { tokenizer: format.tokenizer });
        const onClose = () => engine.close();
        return createEngineChatModel({ name, sampler, format, price: free, contextTokens, onClose });
      } catch (error) {
        await engine.close();
        throw error;
      }
    },
  };
}

/** A quarter of the context, so that prompts with earlier proofs and their judgements fit beside a reply. */
export function usualReply(contextTokens: number): number {
  return Math.max(1, Math.min(16_384, Math.floor(contextTokens / 4)));
}

const generationSchema = z.looseObject({
  do_sample: z.boolean().nullish(),
  temperature: z.number().nonnegative().nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().positive().nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().positive().nullish(),
});

/** What the model's makers recommend in generation_config.json; unreadable recommendations are none. */
async function generationDefaults(
  directory: string,
): Promise<{ readonly temperature?: number; readonly sampling?: SamplingSettings }> {
  const file = path.join(directory, 'generation_config.json');
  if (!existsSync(file)) return {};
  const parsed = generationSchema.safeParse(parseJson(await readFile(file), file));
  if (!parsed.success || parsed.data.do_sample === false) return {};
  const { temperature, top_p, top_k, min_p, repetition_penalty } = parsed.data;
  const sampling: SamplingSettings = {
    ...(top_p === undefined || top_p === null ? {} : { topP: top_p }),
    ...(top_k === undefined || top_k === null ? {} : { topK: top_k }),
    ...(min_p === undefined || min_p === null ? {} : { minP: min_p }),
    ...(repetition_penalty === undefined || repetition_penalty === null
      ? {}
      : { repetitionPenalty: repetition_penalty }),
  };
  return {
    ...(temperature === undefined || temperature === null ? {} : { temperature }),
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
  };
}
