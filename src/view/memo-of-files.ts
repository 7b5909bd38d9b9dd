/** What was read of a file, for as long as the file stays as it is. Keeps a few, the last used ones. */
import { statSync } from 'node:fs';

export class MemoOfFiles<Value> {
  readonly #read: (file: string) => Promise<Value>;
  readonly #most: number;
  /** In order of last use. */
  readonly #known = new Map<string, { readonly stamp: string; readonly value: Promise<Value> }>();

  constructor(read: (file: string) => Promise<Value>, most = 4) {
    this.#read = read;
    this.#most = most;
  }

  /** Rejects with what reading rejects with; that is tried again the next time. */
  async of(file: string): Promise<Value> {
    const stat = statSync(file, { throwIfNoEntry: false });
    const stamp = stat === undefined ? 'absent' : `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
    const known = this.#known.get(file);
    this.#known.delete(file);
    const entry = known?.stamp === stamp ? known : { stamp, value: this.#read(file) };
    this.#known.set(file, entry);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
    try {
      return await entry.value;
    } catch (error) {
      if (this.#known.get(file) === entry) this.#known.delete(file);
      throw error;
    }
  }
}
