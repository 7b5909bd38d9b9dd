/**
 * One payload as it lies in a pack: a 16-byte header, then the bytes, compressed where that pays.
 *
 * | bytes | what |
 * |---|---|
 * | 0..3 | mark `QEDB` |
 * | 4 | codec: 0 stored, 1 zstd |
 * | 5..7 | zero |
 * | 8..11 | length of the body, unsigned little-endian |
 * | 12..15 | CRC-32 of the first 12 bytes and the body |
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

export const recordHeaderBytes = 16;
const mark = 0x42444551;
const stored = 0;
const zstd = 1;
/** Shorter payloads do not shrink. */
const worthCompressing = 128;

/** Header and body of `payload`, ready to be appended. */
export function encodeRecord(payload: Uint8Array): Buffer {
  let body = payload;
  let codec = stored;
  if (payload.byteLength >= worthCompressing) {
    const packed = zstdCompressSync(payload, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    if (packed.byteLength < payload.byteLength) {
      body = packed;
      codec = zstd;
    }
  }
  if (body.byteLength > 0xffffffff)
    throw new RangeError(`a payload of ${body.byteLength} bytes exceeds 4 GiB`);
  const record = Buffer.allocUnsafeSlow(recordHeaderBytes + body.byteLength);
  record.writeUInt32LE(mark, 0);
  record.writeUInt32LE(codec, 4);
  record.writeUInt32LE(body.byteLength, 8);
  record.set(body, recordHeaderBytes);
  record.writeUInt32LE(checksum(record), 12);
  return record;
}

/** The payload of a whole record, or the reason why it is not one. */
export function decodeRecord(record: Buffer): Uint8Array | { readonly damaged: string } {
  if (record.byteLength < recordHeaderBytes) return { damaged: 'cut inside its header' };
  if (record.readUInt32LE(0) !== mark) return { damaged: 'does not begin with a record' };
  if (record.readUInt32LE(8) !== record.byteLength - recordHeaderBytes)
    return { damaged: 'has another length' };
  if (record.readUInt32LE(12) !== checksum(record)) return { damaged: 'its checksum differs' };
  const body = record.subarray(recordHeaderBytes);
  const codec = record.readUInt32LE(4);
  if (codec === stored) return new Uint8Array(body);
  if (codec === zstd) return new Uint8Array(zstdDecompressSync(body));
  return { damaged: `has the unknown codec ${codec}` };
}

function checksum(record: Buffer): number {
  return crc32(record.subarray(recordHeaderBytes), crc32(record.subarray(0, 12)));
}
