/**
 * Writes a safetensors file (the format of ../safetensors.ts) one tensor at a time, so that a model of any size passes
 * through. The file is written in place: it belongs into a directory that appears only when it is whole.
 */
import { open } from 'node:fs/promises';
import { encodedTensor, floatBytes, type StreamedTensor, valueCount } from './streamed-tensor.ts';

/** Writes `tensors` in order; `onTensor` is called after each. Returns the bytes of the file. */
export async function streamSafetensors(
  path: string,
  tensors: readonly StreamedTensor[],
  metadata: Readonly<Record<string, string>>,
  onTensor: () => void = () => {},
): Promise<number> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const tensor of tensors) {
    if (Object.hasOwn(header, tensor.name)) throw new Error(`${path}: tensor ${tensor.name} is given twice`);
    const bytes = valueCount(tensor) * floatBytes[tensor.type];
    header[tensor.name] = { dtype: tensor.type, shape: tensor.dims, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the header keep the numbers aligned.
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(head);
    for (const tensor of tensors) {
      await handle.writeFile(await encodedTensor(tensor));
      onTensor();
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return head.length + offset;
}
