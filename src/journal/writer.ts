/**
 * What the main thread asks of the writer, as plain data that passes between threads. A request resolves when it
 * is committed; requests are committed in the order in which they were made.
 */

interface Content {
  /** Canonical JSON. */
  readonly value: string;
  readonly payload?: Uint8Array<ArrayBuffer>;
}

interface EffectName {
  /** SHA-256 of unit, label and request. */
  readonly key: Uint8Array;
  readonly unit: string;
  readonly label: string;
}

export type WriteRequest =
  | (EffectName & Content & { readonly kind: 'effect'; readonly requestHash: Uint8Array })
  | (EffectName & { readonly kind: 'failure'; readonly error: string })
  | (Content & { readonly kind: 'event'; readonly stream: string; readonly key: string });

/** `conflict`: the event is already recorded with another value or payload. */
export type WriteOutcome = 'recorded' | 'conflict';

export interface Writer {
  write(request: WriteRequest): Promise<WriteOutcome>;
  /** Commits what was asked for before, closes the files and releases the lock. */
  close(): Promise<void>;
}
