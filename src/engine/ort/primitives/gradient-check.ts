/**
 * Test support: checks a primitive against an independent reference in double precision. Values are compared
 * with the reference's, gradients with its central differences, along single coordinates and along a random
 * direction that moves all of them at once.
 */
import assert from 'node:assert/strict';
import { Random } from '../../../stats/random.ts';
import { Graph, type Value } from '../graph.ts';
import { type Feed, runGraph } from '../run-graph.ts';

/** Differentiated inputs are float32 and given here; what a primitive only reads is in `constants`. */
export interface GradientCheck<Inputs extends string, Constants extends string> {
  readonly inputs: Readonly<Record<Inputs, Feed & { data: Float32Array }>>;
  readonly constants: Readonly<Record<Constants, Feed>>;
  /** Dimensions of the outputs. */
  readonly outputs: readonly (readonly number[])[];
  trace(g: Graph, values: Readonly<Record<Inputs | Constants, Value>>): readonly Value[];
  reference(inputs: Readonly<Record<Inputs, Float64Array>>): readonly ArrayLike<number>[];
  /** Greatest error relative to the greatest value or gradient. Default 2e-6. */
  readonly tolerance?: number;
}

const step = 1e-4;
const coordinates = 5;

export async function checkGradient<I extends string, C extends string>(
  check: GradientCheck<I, C>,
): Promise<void> {
  const { inputs, constants, outputs, tolerance = 2e-6 } = check;
  const random = new Random('gradient check');
  const names = Object.keys(inputs) as I[];
  const cotangents = outputs.map((dims) => normals(random, dims));
  const g = new Graph();
  const typeOf = ({ data }: Feed) =>
    data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';
  const feeds: Record<string, Feed> = { ...inputs, ...constants };
  const values = Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [name, g.input(name, typeOf(feed), feed.dims)]),
  ) as Record<I | C, Value>;

  const traced = check.trace(g, values);
  assert.equal(traced.length, outputs.length);
  const seeds = traced.map((value, index) => {
    const { dims } = cotangents[index] as Feed;
    g.output(`y${index}`, value, 'float32', dims);
    return [value, g.input(`dy${index}`, 'float32', dims)] as const;
  });
  const gradients = g.backward(new Map(seeds));
  for (const name of names) {
    const dense = gradients.dense.get(values[name]);
    if (dense !== undefined) g.output(`d${name}`, dense, 'float32', inputs[name].dims);
    gradients.rows.get(values[name])?.forEach(({ rows, indices }, index) => {
      g.output(`rows${index}${name}`, rows, 'float32', ['rows', inputs[name].dims[1] ?? 1]);
      g.output(`indices${index}${name}`, indices, 'int64', ['rows']);
    });
  }
  cotangents.forEach((feed, index) => {
    feeds[`dy${index}`] = feed;
  });
  const results = await runGraph(g.finish(), feeds);

  const doubles = Object.fromEntries(
    names.map((name) => [name, Float64Array.from(inputs[name].data)]),
  ) as Record<I, Float64Array>;
  check.reference(doubles).forEach((expected, index) => {
    assertClose(`y${index}`, results[`y${index}`] as Float32Array, expected, tolerance);
  });

  const objective = () =>
    check.reference(doubles).reduce((sum, y, index) => sum + dot(y, cotangents[index]?.data ?? []), 0);
  for (const name of names) {
    const x = doubles[name];
    const whole = new Float64Array(x.length);
    const dense = results[`d${name}`];
    if (dense !== undefined) whole.set(dense as Float32Array);
    for (let part = 0; results[`rows${part}${name}`] !== undefined; part += 1) {
      const indices = results[`indices${part}${name}`] as BigInt64Array;
      addRows(whole, results[`rows${part}${name}`] as Float32Array, indices);
    }
    const slope = (direction: ArrayLike<number>) => {
      const origin = x.slice();
      const at = (distance: number) => {
        for (let i = 0; i < x.length; i += 1) x[i] = (origin[i] ?? 0) + distance * (direction[i] ?? 0);
        return objective();
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      x.set(origin);
      return difference;
    };
    const everywhere = normals(random, [x.length]).data;
    const expected = slope(everywhere);
    const norm = Math.sqrt(dot(whole, whole));
    assert.ok(
      Math.abs(dot(whole, everywhere) - expected) <= tolerance * norm * 2,
      `gradient of ${name}: ${dot(whole, everywhere)} along a random direction, expected ${expected}`,
    );
    const greatest = whole.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let trial = 0; trial < coordinates; trial += 1) {
      const at = random.below(x.length);
      const wanted = slope(Float64Array.from(x, (_, i) => (i === at ? 1 : 0)));
      const error = Math.abs((whole[at] ?? 0) - wanted) / greatest;
      assert.ok(error <= tolerance * 2, `gradient of ${name}[${at}]: ${whole[at]}, expected ${wanted}`);
    }
  }
}

/** Standard normal values of a shape. */
export function normals(random: Random, dims: readonly number[], scale = 1): Feed & { data: Float32Array } {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { dims, data: Float32Array.from({ length }, () => scale * random.normal()) };
}

/** target[indices[i]] += rows[i] for a matrix in row order. */
export function addRows(
  target: Float32Array | Float64Array,
  rows: Float32Array,
  indices: BigInt64Array,
): void {
  const width = rows.length / indices.length;
  indices.forEach((index, row) => {
    const offset = Number(index) * width;
    for (let i = 0; i < width; i += 1)
      target[offset + i] = (target[offset + i] ?? 0) + (rows[row * width + i] ?? 0);
  });
}

/** Asserts |actual − expected| ≤ tolerance · max|expected| everywhere. */
export function assertClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  let greatest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) {
    greatest = Math.max(greatest, Math.abs(expected[i] ?? 0));
    const error = Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0));
    worst = Math.max(worst, error);
  }
  assert.ok(worst <= tolerance * greatest, `${what}: error ${worst}, greatest value ${greatest}`);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number | bigint>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * Number(b[i] ?? 0);
  return sum;
}
