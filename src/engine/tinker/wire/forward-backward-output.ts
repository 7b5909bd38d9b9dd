/** The result of a training request as protobuf: tensors for every datum, in the order of the data, and metrics. */
import { create, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { DType } from './generated/tensor_pb.ts';
import { type ArrayRecordSchema, ForwardBackwardOutputSchema } from './generated/training_pb.ts';
import { int64Array, int64Bytes } from './little-endian.ts';
import { readMessage } from './read-message.ts';
import { WireError } from './wire-error.ts';
import { checkedTensor, dimension, tensorBytes, valuesOf, type WireTensor } from './wire-tensor.ts';

export interface ForwardBackwardOutput {
  /** What kind of outputs these are, for example `scalar`. */
  readonly lossFnOutputType: string;
  /** `logprobs` and perhaps more, of each datum. */
  readonly outputs_D: readonly ReadonlyMap<string, WireTensor>[];
  /** `name:reduction`, exactly one colon. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** Every datum has outputs of the same names, types and trailing shapes, as it must be on this wire. */
export function encodeForwardBackwardOutput(output: ForwardBackwardOutput): Uint8Array<ArrayBuffer> {
  const { outputs_D } = output;
  return toBinary(
    ForwardBackwardOutputSchema,
    create(ForwardBackwardOutputSchema, {
      lossFnOutputType: output.lossFnOutputType,
      metrics: Object.fromEntries(output.metrics),
      lossFnOutputs: outputs_D.length === 0 ? [] : [recordOf(outputs_D)],
    }),
  );
}

/** Throws a WireError where the bytes are no such result. */
export function decodeForwardBackwardOutput(bytes: Uint8Array): ForwardBackwardOutput {
  const message = readMessage('ForwardBackwardOutput', () => fromBinary(ForwardBackwardOutputSchema, bytes));
  return {
    lossFnOutputType: withoutPrefix(message.lossFnOutputType),
    outputs_D: message.lossFnOutputs.flatMap((record, index) =>
      outputsOf(record, `loss_fn_outputs[${index}]`),
    ),
    metrics: new Map(Object.entries(message.metrics)),
  };
}

/** The part after the last colon. */
export function withoutPrefix(type: string): string {
  return type.slice(type.lastIndexOf(':') + 1);
}

function recordOf(outputs_D: readonly ReadonlyMap<string, WireTensor>[]) {
  const names = [...(outputs_D[0]?.keys() ?? [])];
  const fields = names.map((name) => {
    const tensors = outputs_D.map((outputs) => outputs.get(name));
    const first = tensors[0];
    const offsets = new Int32Array(tensors.length + 1);
    const parts = tensors.map((tensor, index) => {
      if (tensor === undefined || tensor.dtype !== first?.dtype) {
        throw new WireError(`ForwardBackwardOutput: datum ${index} has no ${name} like the others have`);
      }
      const part = tensorBytes(tensor);
      offsets[index + 1] = (offsets[index] ?? 0) + part.length;
      return part;
    });
    const field = {
      data: joined(parts),
      offsets: int64Bytes(offsets),
      dtype: first?.dtype === 'int64' ? DType.DTYPE_INT64 : DType.DTYPE_FLOAT32,
      trailingShape: first?.shape.slice(1).map(BigInt) ?? [],
    };
    return [name, field] as const;
  });
  return { fields: Object.fromEntries(fields), numDatums: BigInt(outputs_D.length) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(parts);
}

function outputsOf(record: MessageShape<typeof ArrayRecordSchema>, what: string): Map<string, WireTensor>[] {
  const count = dimension(record.numDatums, `${what}.num_datums`);
  const fields = Object.entries(record.fields);
  // Offsets are checked against the count before anything of its size is made.
  const readers = fields.map(([name, field]) => {
    const place = `${what}.fields.${name}`;
    const offsets = int64Array(field.offsets, `${place}.offsets`);
    if (offsets.length !== count + 1) {
      throw new WireError(
        `${place}: ${offsets.length} offsets for ${count} data; one more than data is right`,
      );
    }
    const trailing = field.trailingShape.map((size) => dimension(size, place));
    const rowLength = trailing.reduce((product, size) => product * size, 1);
    const read = (index: number): WireTensor => {
      const [start = 0, end = 0] = [offsets[index], offsets[index + 1]];
      if (start < 0 || end < start || end > field.data.length) {
        throw new WireError(`${place}: datum ${index} lies at ${start}…${end} of ${field.data.length} bytes`);
      }
      const values = valuesOf(field.data.subarray(start, end), field.dtype, place);
      const rows = rowLength === 0 ? 0 : values.data.length / rowLength;
      return checkedTensor(values, [rows, ...trailing], place);
    };
    return [name, read] as const;
  });
  if (readers.length === 0 && count > 0) throw new WireError(`${what}: ${count} data without any fields`);
  return Array.from(
    { length: count },
    (_, index) => new Map(readers.map(([name, read]) => [name, read(index)])),
  );
}
