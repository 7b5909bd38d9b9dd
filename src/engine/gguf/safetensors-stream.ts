/**
 * Writes a safetensors file (the format of ../safetensors.ts) one tensor at a time, so that a model of any size passes
 * through. The file is written in place: it belongs into a directory that appears only when it is whole.
 */
import { open } from 'node:fs/promises';
import { encodedHeader } from '../safetensors-header.ts';
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
  const head = encodedHeader(header);
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
