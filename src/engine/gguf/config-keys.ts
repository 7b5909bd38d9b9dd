/**
 * Typed access to the metadata of a GGUF file. A key that is missing or of the wrong type is an error that names
 * file and key, and what was never asked for can be listed, so that no setting is ignored in silence.
 */
import type { GgufMetadata, GgufValue } from './values.ts';

export class ConfigKeys {
  readonly #path: string;
  readonly #metadata: GgufMetadata;
  readonly #asked = new Set<string>();

  constructor(path: string, metadata: GgufMetadata) {
    this.#path = path;
    this.#metadata = metadata;
  }

  text(key: string): string | undefined {
    const value = this.#get(key);
    if (value !== undefined && typeof value !== 'string') throw this.error(key, `${shown(value)}, no text`);
    return value;
  }

  /** A number; one that was stored as float32 is the shortest decimal that rounds to it (1e-5, not 9.9999997e-6). */
  number(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw this.error(key, `${shown(value)}, no finite number`);
    }
    return shortestFloat32(value);
  }

  /** A positive whole number. */
  size(key: string): number | undefined {
    const value = this.number(key);
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw this.error(key, `${value}, no size`);
    }
    return value;
  }

  requiredSize(key: string): number {
    const value = this.size(key);
    if (value === undefined) throw this.missing(key);
    return value;
  }

  /** The size of every layer; a list with one entry a layer may stand for it where all are equal. */
  uniformSize(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value !== 'object') return this.size(key);
    const sizes = Array.from<unknown>(value);
    if (sizes.length === 0 || sizes.some((size) => size !== sizes[0])) {
      throw this.error(key, 'different from layer to layer, which the embedded engine does not compute');
    }
    const [size] = sizes;
    if (typeof size !== 'number' || !(Number.isSafeInteger(size) && size > 0)) {
      throw this.error(key, `${String(size)}, no size`);
    }
    return size;
  }

  /** Throws unless the key is absent or one of these values, the only ones that the engine computes. */
  only(key: string, ...allowed: readonly GgufValue[]): void {
    const value = this.#get(key);
    if (value !== undefined && !allowed.includes(value)) {
      throw this.error(key, `${shown(value)}, which the embedded engine does not compute`);
    }
  }

  /** Marks a key that does not change what is computed. */
  ignore(key: string): void {
    this.#asked.add(key);
  }

  /** Keys with this prefix that nothing asked for. */
  unasked(prefix: string): string[] {
    return [...this.#metadata.keys()].filter((key) => key.startsWith(prefix) && !this.#asked.has(key));
  }

  missing(key: string): Error {
    return new Error(`${this.#path}: metadata "${key}" is missing`);
  }

  error(key: string, is: string): Error {
    return new Error(`${this.#path}: metadata "${key}" is ${is}`);
  }

  #get(key: string): GgufValue | undefined {
    this.#asked.add(key);
    return this.#metadata.get(key);
  }
}

/** A value for a message, short whatever a file holds. */
function shown(value: GgufValue): string {
  if (typeof value === 'object') return `a list of ${value.length}`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function shortestFloat32(value: number): number {
  if (Math.fround(value) !== value || Number.isInteger(value)) return value;
  for (let digits = 1; digits < 9; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
