import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Graph, type Value } from './graph.ts';
import { runGraph } from './run-graph.ts';

const feed = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });

/** A square that records itself. */
function square(g: Graph, x: Value): Value {
  const y = g.mul(x, x);
  g.record([y], [x], ([dy]) => [dy && g.mul(dy, g.mul(x, g.scalar(2)))]);
  return y;
}

describe('backward', () => {
  it('follows the tape and sums over the users of a value', async () => {
    const g = new Graph();
    const x = g.input('x', 'float32', [2]);
    const once = square(g, x);
    const twice = square(g, once);
    const { dense } = g.backward(
      new Map([
        [once, g.scalar(10)],
        [twice, g.scalar(1)],
      ]),
    );
    g.output('dx', dense.get(x) as Value, 'float32', [2]);
    const { dx } = await runGraph(g.finish(), { x: feed(3, -1) });
    assert.deepEqual([...(dx as Float32Array)], [4 * 27 + 20 * 3, -4 - 20]);
  });

  it('gives accumulating operators what has been gathered, and values no user reaches no gradient', () => {
    const g = new Graph();
    const [x, y, z] = ['x', 'y', 'z'].map((name) => g.input(name, 'float32', [1])) as [Value, Value, Value];
    const seen: (Value | undefined)[] = [];
    for (const value of [y, z, y]) {
      g.record([value], [x], ([dy]) => [
        (gathered) => {
          seen.push(gathered);
          return dy as Value;
        },
      ]);
    }
    const { dense } = g.backward(new Map([[y, z]]));
    assert.deepEqual(seen, [undefined, z]);
    assert.deepEqual([...dense.keys()], [y, x]);
  });

  it('computes a checkpoint again, with the same gradients of its input and of what it reads besides', async () => {
    const product = (g: Graph, a: Value, b: Value): Value => {
      const y = g.mul(a, b);
      g.record([y], [a, b], ([dy]) => [dy && g.mul(dy, b), dy && g.mul(dy, a)]);
      return y;
    };
    const gradients = async (isCheckpoint: boolean) => {
      const g = new Graph();
      const [x, w, dy] = ['x', 'w', 'dy'].map((name) => g.input(name, 'float32', [2])) as [
        Value,
        Value,
        Value,
      ];
      let value = product(g, x, w);
      for (let layer = 0; layer < 3; layer += 1) {
        const trace = (input: Value) => product(g, square(g, product(g, input, w)), w);
        const inner = isCheckpoint ? g.checkpoint(value, trace) : trace(value);
        const sum = g.add(inner, value);
        g.record([sum], [inner, value], ([given]) => [given, given]);
        value = sum;
      }
      const { dense } = g.backward(new Map([[value, dy]]));
      g.output('dx', dense.get(x) as Value, 'float32', [2]);
      g.output('dw', dense.get(w) as Value, 'float32', [2]);
      const graph = g.finish();
      const squares = graph.nodes.filter(({ op }) => op === 'Mul').length;
      const results = await runGraph(graph, { x: feed(3, -1), w: feed(0.5, 0.25), dy: feed(1, -2) });
      return { squares, results };
    };
    const [kept, again] = [await gradients(false), await gradients(true)];
    assert.ok(again.squares > kept.squares);
    assert.deepEqual(again.results, kept.results);
  });

  it('leaves row gradients apart, in the order of the forward pass', () => {
    const g = new Graph();
    const [table, y, z] = ['table', 'y', 'z'].map((name) => g.input(name, 'float32', [1])) as [
      Value,
      Value,
      Value,
    ];
    g.record([y], [table], ([rows]) => [rows && { rows, indices: 'first' as Value }]);
    g.record([z], [table], ([rows]) => [rows && { rows, indices: 'second' as Value }]);
    const { dense, rows } = g.backward(
      new Map([
        [z, z],
        [y, y],
      ]),
    );
    assert.equal(dense.has(table), false);
    assert.deepEqual(
      rows.get(table)?.map(({ indices }) => indices),
      ['first', 'second'],
    );
  });
});

describe('finish', () => {
  it('leaves out nodes and constants that no output needs', () => {
    const g = new Graph();
    const x = g.input('x', 'float32', [2]);
    g.mul(g.scalar(3), x);
    g.output('y', g.add(x, g.scalar(1)), 'float32', [2]);
    const graph = g.finish();
    assert.deepEqual(
      graph.nodes.map((node) => [node.op, node.outputs]),
      [['Add', ['y']]],
    );
    assert.equal(graph.initialisers.length, 1);
  });

  it('keeps outputs that are inputs, that share a value, or that other nodes read', async () => {
    const g = new Graph();
    const x = g.input('x', 'float32', [2]);
    const sum = g.add(x, g.scalar(1));
    g.output('same', x, 'float32', [2]);
    g.output('first', sum, 'float32', [2]);
    g.output('second', sum, 'float32', [2]);
    g.output('product', g.mul(sum, x), 'float32', [2]);
    const results = await runGraph(g.finish(), { x: feed(1, 5) });
    const plain = Object.fromEntries(Object.entries(results).map(([name, data]) => [name, [...data]]));
    assert.deepEqual(plain, { same: [1, 5], first: [2, 6], second: [2, 6], product: [2, 30] });
  });

  it('stores equal constants once, and tells numbers from lists of them', () => {
    const g = new Graph();
    assert.equal(g.scalar(2), g.scalar(2));
    assert.equal(g.integers([1, 2]), g.integers([1, 2]));
    assert.notEqual(g.integers([12]), g.integers([1, 2]));
    assert.notEqual(g.scalar(2), g.integers([2]) as string);
    assert.notEqual(g.scalar(0), g.scalar(-0));
  });
});
