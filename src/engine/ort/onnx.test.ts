import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serialiseOnnx } from './onnx.ts';
import { createSession, runGraph, runSession } from './run-graph.ts';

const node = (op: string, inputs: string[], outputs: string[], attributes = {}, domain = '') => ({
  op,
  inputs,
  outputs,
  attributes,
  domain,
});
const float = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });

describe('ONNX models that onnxruntime reads', () => {
  it('carries names, types, symbolic dimensions and initialisers of every type', async () => {
    const bytes = serialiseOnnx({
      nodes: [
        node('Gather', ['table', 'at'], ['row']),
        node('Mul', ['row', 'x'], ['y']),
        node('Cast', ['counts'], ['z'], { to: 7 }),
      ],
      inputs: [{ name: 'x', type: 'float32', dims: ['rows', 2] }],
      outputs: [
        { name: 'y', type: 'float32', dims: ['rows', 2] },
        { name: 'z', type: 'int64', dims: [2] },
      ],
      initialisers: [
        { name: 'table', type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 0.5, -3e-20) },
        { name: 'at', type: 'int64', dims: [1], data: BigInt64Array.of(-1n) },
        { name: 'counts', type: 'int32', dims: [2], data: Int32Array.of(-7, 2 ** 31 - 1) },
      ],
    });
    const session = await createSession(bytes);
    assert.deepEqual(session.inputNames, ['x']);
    assert.deepEqual(session.outputNames, ['y', 'z']);
    for (const rows of [1, 3]) {
      const x = { data: new Float32Array(2 * rows).fill(2), dims: [rows, 2] };
      const { y, z } = await runSession(session, { x });
      const row = [1, Math.fround(-6e-20)];
      assert.deepEqual([...(y as Float32Array)], Array.from({ length: rows }, () => row).flat());
      assert.deepEqual([...(z as BigInt64Array)], [-7n, 2147483647n]);
    }
    await session.release();
  });

  it('carries attributes: negative integers, lists, floats, strings, and the other domain', async () => {
    const { y } = await runGraph(
      {
        nodes: [
          node('LeakyRelu', ['x'], ['leaky'], { alpha: { float: 0.25 } }),
          node('Transpose', ['leaky'], ['turned'], { perm: [1, 0] }),
          node('Softmax', ['turned'], ['soft'], { axis: -2 }),
          node('FusedMatMul', ['soft', 'x'], ['product'], { alpha: { float: -2 } }, 'com.microsoft'),
          node('DepthToSpace', ['deep'], ['spread'], { blocksize: 2, mode: 'CRD' }),
          node('ReduceSum', ['spread'], ['total'], { keepdims: 0 }),
          node('Mul', ['product', 'total'], ['y']),
        ],
        inputs: [{ name: 'x', type: 'float32', dims: [1, 2] }],
        outputs: [{ name: 'y', type: 'float32', dims: [2, 2] }],
        initialisers: [
          { name: 'deep', type: 'float32', dims: [1, 4, 1, 1], data: Float32Array.of(1, 2, 3, 4) },
        ],
      },
      { x: { ...float(4, -4), dims: [1, 2] } },
    );
    // softmax of (4, −1) over the first axis, times −2, times x, times 10.
    const high = 1 / (1 + Math.exp(-5));
    const expected = [-80 * high, 80 * high, -80 * (1 - high), 80 * (1 - high)];
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs((y?.[i] as number) - value) < 1e-4, `${y}`);
  });

  it('an attribute that is a list of one integer stays a list', async () => {
    const { y } = await runGraph(
      {
        nodes: [
          node('ConstantOfShape', ['dims'], ['zeros']),
          node('Transpose', ['zeros'], ['y'], { perm: [0] }),
        ],
        inputs: [{ name: 'dims', type: 'int64', dims: [1] }],
        outputs: [{ name: 'y', type: 'float32', dims: ['n'] }],
        initialisers: [],
      },
      { dims: { data: BigInt64Array.of(300n), dims: [1] } },
    );
    assert.equal(y?.length, 300);
  });
});
