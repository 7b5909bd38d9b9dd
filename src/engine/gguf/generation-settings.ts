/**
 * `generation_config.json` of an imported model: where text ends, and how its authors recommend to sample
 * (`general.sampling.*`), in transformers' names.
 */
import type { ModelConfig } from '../engine.ts';
import type { GgufFile } from './gguf-file.ts';

export const generationConfigFile = 'generation_config.json';

const samplingKeys = [
  ['temp', 'temperature'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
  ['min_p', 'min_p'],
  ['penalty_repeat', 'repetition_penalty'],
] as const;

/** The JSON of the file. */
export function generationSettings(config: ModelConfig, file: GgufFile): Record<string, unknown> {
  const number = (key: string): number | undefined => {
    const value = file.metadata.get(key);
    return typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(7)) : undefined;
  };
  const sampling = samplingKeys.flatMap(([key, name]) => {
    const value = number(`general.sampling.${key}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  const pad = number('tokenizer.ggml.padding_token_id');
  return {
    ...(config.bos_token_id === undefined ? {} : { bos_token_id: config.bos_token_id }),
    ...(config.eos_token_id === undefined ? {} : { eos_token_id: config.eos_token_id }),
    ...(pad === undefined ? {} : { pad_token_id: pad }),
    ...(sampling.length === 0 ? {} : { do_sample: true, ...Object.fromEntries(sampling) }),
  };
}
