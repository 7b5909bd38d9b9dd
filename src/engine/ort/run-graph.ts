/**
 * Runs an ONNX graph once: makes a session, feeds typed arrays, returns typed arrays. For tests and small
 * computations; the trainer and the sampler keep their sessions.
 */
import './no-telemetry.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type DataType, type OnnxGraph, serialiseOnnx } from './onnx.ts';

export type TensorData = Float32Array | Int32Array | BigInt64Array;

/** Values of one input; their array's type decides the tensor's. */
export interface Feed {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

/** A session that logs errors only and runs its kernels on `threads` threads. */
export async function createSession(bytes: Uint8Array, threads = 2): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

/** Runs with feeds by input name (others than the session's inputs are ignored); returns the outputs by name. */
export async function runSession(
  session: InferenceSession,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, TensorData>> {
  const tensors = session.inputNames.map((name) => {
    const feed = feeds[name];
    if (feed === undefined) throw new Error(`runSession: no value for input ${name}`);
    return [name, new Tensor(dataTypeOf(feed.data), feed.data, feed.dims)] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as TensorData]));
}

/** Creates a session for the graph, runs it once and releases it. */
export async function runGraph(
  graph: OnnxGraph,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, TensorData>> {
  const session = await createSession(serialiseOnnx(graph));
  try {
    return await runSession(session, feeds);
  } finally {
    await session.release();
  }
}

function dataTypeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'int64';
}
