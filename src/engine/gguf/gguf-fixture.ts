/**
 * GGUF files written field by field, as tests need them: also wrong ones, which the writer of gguf-writer.ts cannot
 * make.
 */

/** Bytes of one field. */
export type Field = Uint8Array;

const writers = {
  u8: (view: DataView, value: number | bigint) => view.setUint8(0, Number(value)),
  i8: (view: DataView, value: number | bigint) => view.setInt8(0, Number(value)),
  u16: (view: DataView, value: number | bigint) => view.setUint16(0, Number(value), true),
  i16: (view: DataView, value: number | bigint) => view.setInt16(0, Number(value), true),
  u32: (view: DataView, value: number | bigint) => view.setUint32(0, Number(value), true),
  i32: (view: DataView, value: number | bigint) => view.setInt32(0, Number(value), true),
  f32: (view: DataView, value: number | bigint) => view.setFloat32(0, Number(value), true),
  f64: (view: DataView, value: number | bigint) => view.setFloat64(0, Number(value), true),
  u64: (view: DataView, value: number | bigint) => view.setBigUint64(0, BigInt(value), true),
  i64: (view: DataView, value: number | bigint) => view.setBigInt64(0, BigInt(value), true),
};

export function sized(type: keyof typeof writers, value: number | bigint): Field {
  const bytes = new Uint8Array(Number(/\d+/.exec(type)?.[0]) / 8);
  writers[type](new DataView(bytes.buffer), value);
  return bytes;
}

export const u32 = (value: number): Field => sized('u32', value);
export const u64 = (value: number | bigint): Field => sized('u64', value);

export function text(value: string): Field {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

/** An array as a value: its type, the type and number of its elements, and what of them is given. */
export function array(type: number, count: number | bigint, values: readonly Field[]): Field[] {
  return [u32(9), u32(type), u64(count), ...values];
}

export function kv(key: string, value: readonly Field[]): Field[] {
  return [text(key), ...value];
}

/** A tensor's entry; `dims` in GGUF's order, fastest first. */
export function tensor(entry: {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: number;
  readonly offset: number;
}): Field[] {
  const dims = entry.dims.map((dim) => u64(dim));
  return [text(entry.name), u32(dims.length), ...dims, u32(entry.type), u64(entry.offset)];
}

/** The first fields, with whatever counts. */
export function header(counts: {
  readonly version?: number;
  readonly tensorCount: bigint;
  readonly keyCount: bigint;
}): Uint8Array {
  const { version = 3, tensorCount, keyCount } = counts;
  return Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensorCount), u64(keyCount)]);
}

/** A file of these parts, with the data aligned to 32 bytes. */
export function gguf(parts: {
  readonly version?: number;
  readonly keys?: readonly (readonly Field[])[];
  readonly tensors?: readonly (readonly Field[])[];
  readonly data?: Uint8Array;
}): Uint8Array {
  const { version = 3, keys = [], tensors = [], data = new Uint8Array() } = parts;
  const head = Buffer.concat([
    header({ version, tensorCount: BigInt(tensors.length), keyCount: BigInt(keys.length) }),
    ...keys.flat(),
    ...tensors.flat(),
  ]);
  // A plain array: `slice` of a Buffer copies nothing.
  return Uint8Array.from(
    Buffer.concat([head, new Uint8Array(data.length > 0 ? -head.length & 31 : 0), data]),
  );
}
