/**
 * Test support: lays out tokens in rows by hand, feeds the training graph, and puts its outputs together into
 * whole gradients. Independent of the trainer's packing, so that each can be checked against the other.
 */
import type { InferenceSession } from 'onnxruntime-node';
import type { ModelConfig } from '../engine.ts';
import { embeddingName, outputWeightName, parameterSpecs, viewOf } from './parameters.ts';
import { addRows } from './primitives/gradient-check.ts';
import { createSession, type Feed, runSession } from './run-graph.ts';
import { buildTrainingGraph, type TrainingGraphOptions } from './training-graph.ts';

/** What is predicted at a position. */
export interface Prediction {
  readonly token: number;
  readonly weight: number;
  readonly oldLogprob: number;
  readonly advantage: number;
}

export interface PackedToken {
  readonly id: number;
  readonly position: number;
  readonly segment: number;
  readonly prefix: number;
  readonly prediction?: Prediction | undefined;
}

export interface LossScalars {
  readonly inverseTemperature: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  readonly entropyCoefficient: number;
}

export const plainScalars: LossScalars = {
  inverseTemperature: 1,
  ratioLow: 0.8,
  ratioHigh: 1.28,
  entropyCoefficient: 0,
};

/** Token t of `ids` as an input that predicts ids[t + 1] where `predict` gives its weights (t counts from 0). */
export function packSequence(
  ids: readonly number[],
  place: { readonly segment: number; readonly prefix?: number; readonly firstPosition?: number },
  predict: (t: number) => Omit<Prediction, 'token'> | undefined,
): PackedToken[] {
  const { segment, prefix = segment, firstPosition = 0 } = place;
  return ids.slice(0, -1).map((id, t) => {
    const prediction = predict(t);
    const token = ids[t + 1] ?? 0;
    return {
      id,
      position: firstPosition + t,
      segment,
      prefix,
      prediction: prediction && { ...prediction, token },
    };
  });
}

/** Feeds for rows of tokens, padded with `padding` to rowLength. */
export function feedsFor(
  config: ModelConfig,
  flat: Float32Array,
  rows: readonly (readonly PackedToken[])[],
  rowLength: number,
  scalars: LossScalars = plainScalars,
  padding: PackedToken = { id: 0, position: 0, segment: -1, prefix: -1 },
): Record<string, Feed> {
  const tokens = rows.flatMap((row) => [
    ...row,
    ...Array.from({ length: rowLength - row.length }, () => padding),
  ]);
  const chosen = [...tokens.keys()].filter((t) => tokens[t]?.prediction !== undefined);
  const unselect = new BigInt64Array(tokens.length).fill(BigInt(chosen.length));
  chosen.forEach((t, n) => {
    unselect[t] = BigInt(n);
  });
  const long = (values: readonly number[], dims: readonly number[]): Feed => ({
    data: BigInt64Array.from(values, BigInt),
    dims,
  });
  const perTarget = (read: (prediction: Prediction) => number): number[] =>
    chosen.map((t) => {
      const prediction = tokens[t]?.prediction;
      return prediction === undefined ? 0 : read(prediction);
    });
  const grid = [rows.length, rowLength];
  const list = [chosen.length];
  const feeds: Record<string, Feed> = {
    ids: long(
      tokens.map(({ id }) => id),
      [tokens.length],
    ),
    positions: long(
      tokens.map(({ position }) => position),
      grid,
    ),
    segments: { data: Int32Array.from(tokens, ({ segment }) => segment), dims: grid },
    prefixes: { data: Int32Array.from(tokens, ({ prefix }) => prefix), dims: grid },
    select: long(chosen, list),
    unselect: { data: unselect, dims: [tokens.length] },
    targets: long(
      perTarget(({ token }) => token),
      list,
    ),
    weights: { data: Float32Array.from(perTarget(({ weight }) => weight)), dims: list },
    oldLogprobs: { data: Float32Array.from(perTarget(({ oldLogprob }) => oldLogprob)), dims: list },
    advantages: { data: Float32Array.from(perTarget(({ advantage }) => advantage)), dims: list },
  };
  for (const [name, value] of Object.entries(scalars))
    feeds[name] = { data: Float32Array.of(value), dims: [] };
  for (const spec of parameterSpecs(config)) feeds[spec.name] = { data: viewOf(flat, spec), dims: spec.dims };
  return feeds;
}

export interface TrainingOutputs {
  readonly loss: number;
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Whole gradients, by parameter. Empty for 'forward'. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** A session for the training graph, and how to run it. Release it. */
export async function trainingSession(
  config: ModelConfig,
  options: TrainingGraphOptions,
): Promise<{ session: InferenceSession; run(feeds: Record<string, Feed>): Promise<TrainingOutputs> }> {
  const session = await createSession(buildTrainingGraph(config, options).bytes);
  return { session, run: async (feeds) => collect(config, feeds, await runSession(session, feeds)) };
}

/** Builds, runs once, releases. */
export async function runTraining(
  config: ModelConfig,
  options: TrainingGraphOptions,
  feeds: Record<string, Feed>,
): Promise<TrainingOutputs> {
  const { session, run } = await trainingSession(config, options);
  try {
    return await run(feeds);
  } finally {
    await session.release();
  }
}

function collect(
  config: ModelConfig,
  feeds: Record<string, Feed>,
  outputs: Awaited<ReturnType<typeof runSession>>,
): TrainingOutputs {
  const floats = (name: string) => (outputs[name] ?? new Float32Array()) as Float32Array;
  const gradients = new Map<string, Float32Array>();
  if (outputs.loss !== undefined) {
    for (const { name, length } of parameterSpecs(config)) {
      const dense = floats(`gradient:${name}`);
      gradients.set(name, dense.length === 0 ? new Float32Array(length) : dense.slice());
    }
    const add = (name: string, rows: string, at: string) =>
      addRows(gradients.get(name) ?? new Float32Array(), floats(rows), feeds[at]?.data as BigInt64Array);
    add(embeddingName, 'embeddingRows', 'ids');
    add(outputWeightName(config), 'headRows', 'targets');
  }
  return {
    loss: floats('loss')[0] ?? Number.NaN,
    logprobs: floats('logprobs'),
    entropies: floats('entropies'),
    gradients,
  };
}
