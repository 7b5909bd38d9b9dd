/**
 * Rotary positions as the `config.json` of a model says them: `rope_theta` and `rope_scaling` at the top level, or both in
 * `rope_parameters` (transformers 5). A scaling that the engine does not compute, a field that it does not know,
 * or two places that contradict each other are refused with the field named.
 */
import { z } from 'zod';
import type { ModelConfig, RotaryScaling } from './engine.ts';
import { isRecord, show } from './json-file.ts';

/** transformers' base for a Llama that names none, as the oldest do. */
const defaultTheta = 10_000;

const positive = z.number().positive();
const scalingSchema = z.discriminatedUnion('rope_type', [
  z.strictObject({ rope_type: z.enum(['linear', 'dynamic']), factor: positive }),
  z.strictObject({
    rope_type: z.literal('llama3'),
    factor: positive,
    low_freq_factor: positive,
    high_freq_factor: positive,
    original_max_position_embeddings: positive,
  }),
  z.strictObject({
    rope_type: z.literal('yarn'),
    factor: positive,
    original_max_position_embeddings: positive,
    attention_factor: positive.exactOptional(),
    beta_fast: positive.exactOptional(),
    beta_slow: positive.exactOptional(),
    mscale: z.number().nonnegative().exactOptional(),
    mscale_all_dim: z.number().nonnegative().exactOptional(),
    truncate: z.boolean().exactOptional(),
  }),
]);
const computedTypes = ['default', 'linear', 'dynamic', 'llama3', 'yarn'];

export type RopeSettings = Pick<ModelConfig, 'rope_theta' | 'rope_scaling'>;

/** The settings in the JSON of a `config.json`; `maxPositions` is its max_position_embeddings. */
export function parseRopeSettings(
  json: Readonly<Record<string, unknown>>,
  path: string,
  maxPositions: number,
): RopeSettings {
  const blocks = ['rope_scaling', 'rope_parameters']
    .filter((field) => json[field] !== undefined && json[field] !== null)
    .map((field) => ({ field, ...parseBlock(json[field], { json, field, path, maxPositions }) }));
  const [first, second] = blocks;
  if (first !== undefined && second !== undefined && show(first.scaling) !== show(second.scaling)) {
    throw new Error(`${path}: ${first.field} and ${second.field} contradict each other`);
  }
  const thetas = [json.rope_theta, ...blocks.map(({ theta }) => theta)].filter(
    (theta) => theta !== undefined && theta !== null,
  );
  const [theta = json.model_type === 'llama' ? defaultTheta : undefined] = thetas;
  if (theta === undefined) {
    throw new Error(`${path}: rope_theta: missing, at the top level and in rope_parameters`);
  }
  if (!(typeof theta === 'number' && theta > 0 && Number.isFinite(theta))) {
    throw new Error(`${path}: rope_theta: ${show(theta)} is no positive number`);
  }
  if (thetas.some((other) => other !== theta)) {
    throw new Error(
      `${path}: rope_theta: ${thetas.map(show).join(' and ')} at different places contradict each other`,
    );
  }
  const scaling = first?.scaling;
  return { rope_theta: theta, ...(scaling === undefined ? {} : { rope_scaling: scaling }) };
}

function parseBlock(
  value: unknown,
  {
    json,
    field,
    path,
    maxPositions,
  }: { json: Readonly<Record<string, unknown>>; field: string; path: string; maxPositions: number },
): { theta: unknown; scaling: RotaryScaling | undefined } {
  if (!isRecord(value)) throw new Error(`${path}: ${field} is ${show(value)}, not an object`);
  const { rope_theta: theta, rope_type, type, partial_rotary_factor: part, finetuned: _, ...given } = value;
  if (part !== undefined && part !== null && part !== 1) {
    throw new Error(
      `${path}: ${field}.partial_rotary_factor is ${show(part)}; the engine turns whole heads only`,
    );
  }
  const kind = rope_type ?? type ?? 'default';
  if (typeof kind !== 'string' || !computedTypes.includes(kind)) {
    throw new Error(
      `${path}: ${field}.rope_type is ${show(kind)}, which the embedded engine does not compute; it has ${computedTypes.join(', ')}`,
    );
  }
  const settings: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([, setting]) => setting !== null),
  );
  const original =
    json.original_max_position_embeddings ?? settings.original_max_position_embeddings ?? maxPositions;
  // The kinds that know no original length ignore one, as in transformers.
  delete settings.original_max_position_embeddings;
  if (kind === 'llama3' || kind === 'yarn') settings.original_max_position_embeddings = original;
  if (kind === 'yarn' && typeof original === 'number') settings.factor ??= maxPositions / original;
  if (kind === 'default') {
    const [stranger] = Object.keys(settings).filter((name) => name !== 'factor');
    if (stranger !== undefined) {
      throw new Error(`${path}: ${field}.${stranger}: the default rotary positions have no such setting`);
    }
    return { theta, scaling: undefined };
  }
  const parsed = scalingSchema.safeParse({ rope_type: kind, ...settings });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${[field, ...issue.path].join('.')}: ${issue.message}`,
    );
    throw new Error(`${path}: ${problems.join('; ')}`);
  }
  return { theta, scaling: parsed.data };
}
