/**
 * A record of a TFRecord file: length (8 bytes), checksum of the length, data, checksum of the data, numbers little-endian.
 * A checksum is stored rotated and with a constant added, because data may hold checksums themselves.
 */
import { crc32c } from './crc32c.ts';

const maskDelta = 0xa282ead8;

export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;
}
