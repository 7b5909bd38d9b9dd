/** A directory's files as a tar archive (POSIX ustar), streamed: nothing but a buffer of it is in memory. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';

const blockBytes = 512;

/** The files that lie in `directory` itself, in the order of their names. */
export function tarOf(directory: string): Readable {
  return Readable.from(blocksOf(directory), { objectMode: false });
}

async function* blocksOf(directory: string): AsyncGenerator<Buffer> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  for (const name of names) {
    const file = path.join(directory, name);
    const { size, mtimeMs } = await stat(file);
    yield header(name, size, Math.floor(mtimeMs / 1000));
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
    yield Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function header(name: string, size: number, time: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const put = (text: string, at: number): void => void block.write(text, at, 'latin1');
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name}: too long for a name in a tar archive`);
  put(name, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  // Sizes beyond eight gibibytes have a binary form.
  if (size < 8 ** 11) put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  put(`${time.toString(8).padStart(11, '0')}\0`, 136);
  put('        ', 148);
  put('0ustar\0', 156);
  put('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
