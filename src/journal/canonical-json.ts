/**
 * Canonical JSON: one text per value, so that equal requests have equal hashes in every process. Keys are sorted
 * by UTF-16 code unit and numbers are written as ECMAScript writes them (RFC 8785). What JSON cannot hold
 * (undefined, NaN, infinities, functions, bigints, dates, class instances, holes) throws, naming where it is:
 * a request that lost a field on the way to its hash would be answered by another request's record.
 */
import { hash } from 'node:crypto';

const deepest = 200;

/** The canonical text of `value`. Throws a TypeError that names the path of what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0);
}

/** SHA-256 (32 bytes) of the canonical text. */
export function canonicalHash(value: unknown): Buffer {
  return hash('sha256', canonicalJson(value), 'buffer');
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > deepest) throw new TypeError(`${path}: nested deeper than ${deepest} levels, or cyclic`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${path}: ${value} is not JSON`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw new TypeError(`${path}: ${typeof value} is not JSON`);
  }
}

function writeArray(items: readonly unknown[], path: string, depth: number): string {
  let text = '[';
  // By index, since iteration helpers skip or fill holes.
  for (let i = 0; i < items.length; i += 1) {
    if (i > 0) text += ',';
    text += write(items[i], `${path}[${i}]`, depth + 1);
  }
  return `${text}]`;
}

function writeObject(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${path}: a ${value.constructor?.name ?? 'class instance'} is not JSON`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  let text = '{';
  for (const key of [...fields.keys()].sort()) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${write(fields.get(key), `${path}.${key}`, depth + 1)}`;
  }
  return `${text}}`;
}
