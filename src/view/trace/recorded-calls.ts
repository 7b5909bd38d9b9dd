/**
 * The recorded calls of one attempt as a journal that only gives back: a scaffold that is run again over it goes the way
 * that it went. Calls are found by label; where what would be asked today is not what was asked then, that is known. A
 * record that cannot be read is a call that failed. Nothing is written, and nobody is asked.
 */
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { EffectKey, Entry, Journal, JournalEvent, Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { ModelError } from '../../model/model-error.ts';

const refusedStream = 'budget/refused';

/** What the records of a call may leave out, such as those of a recipe's evaluations. */
const unrecorded = { dollars: null, seconds: 0, maxTokens: 0 };

export interface RecordedCallsOptions {
  readonly reader: JournalReader;
  readonly unit: string;
  /** The request that was recorded, of the one that the scaffold is run with. */
  readonly asRecorded?: ((request: Json) => Json) | undefined;
}

export class RecordedCalls implements Journal {
  readonly #reader: JournalReader;
  readonly #unit: string;
  readonly #asRecorded: (request: Json) => Json;
  readonly #recorded = new Map<
    string,
    { readonly order: number; readonly key: Uint8Array; readonly requestHash: Uint8Array }
  >();
  readonly #failures = new Map<string, string>();
  /** By label, newest last. */
  readonly #refusals = new Map<string, JournalEvent>();
  readonly #given = new Set<string>();
  readonly #otherwise = new Set<string>();
  readonly #damaged = new Map<string, string>();
  readonly #withoutTimes = new Set<string>();
  readonly #withoutLimits = new Set<string>();

  private constructor({ reader, unit, asRecorded = (request) => request }: RecordedCallsOptions) {
    this.#reader = reader;
    this.#unit = unit;
    this.#asRecorded = asRecorded;
  }

  static async read(options: RecordedCallsOptions): Promise<RecordedCalls> {
    const calls = new RecordedCalls(options);
    const { reader, unit } = options;
    for (const [order, { label, key, requestHash }] of reader.effectNames(unit).entries())
      calls.#recorded.set(label, { order, key, requestHash });
    for (const { label, error } of reader.failuresOf(unit)) {
      if (error.name === 'ModelError') calls.#failures.set(label, error.message);
    }
    for await (const event of reader.values(refusedStream)) {
      if (event.key.startsWith(`${unit}/`)) calls.#refusals.set(labelOfRefusal(event.key), event);
    }
    return calls;
  }

  /** Labels on record that nothing has asked for. */
  unasked(): string[] {
    return [...this.#recorded.keys()].filter((label) => !this.#given.has(label));
  }

  /** Whether what was asked then is what is asked now. */
  isAsAsked(label: string): boolean {
    return this.#given.has(label) && !this.#otherwise.has(label);
  }

  hasTime(label: string): boolean {
    return !this.#withoutTimes.has(label);
  }

  hasLimit(label: string): boolean {
    return !this.#withoutLimits.has(label);
  }

  /** Why it has no reply: the model failed, or its record is damaged. */
  failureOf(label: string): string | undefined {
    return this.#damaged.get(label) ?? (this.#given.has(label) ? undefined : this.#failures.get(label));
  }

  /** The record of a call, whatever was asked. Throws a ModelError where it cannot be read. */
  read(label: string): { readonly [key: string]: Json } | undefined {
    const found = this.#recorded.get(label);
    if (found === undefined) return undefined;
    let entry: Entry | undefined;
    try {
      entry = this.#reader.findEffect(found.key);
    } catch (error) {
      const message = `its record cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      this.#damaged.set(label, message);
      throw failed(label, message);
    }
    if (!isRecord(entry?.value)) {
      this.#damaged.set(label, 'its record is no reply');
      throw failed(label, 'its record is no reply');
    }
    if (entry.value.seconds === undefined) this.#withoutTimes.add(label);
    if (entry.value.maxTokens === undefined) this.#withoutLimits.add(label);
    return { ...unrecorded, order: found.order, ...entry.value };
  }

  async effect(
    { unit, label, request }: EffectKey,
    make: () => Promise<Entry>,
  ): Promise<Entry & { readonly replayed: boolean }> {
    if (unit !== this.#unit) throw new RangeError(`these are the calls of ${this.#unit}, not of ${unit}`);
    const value = this.read(label);
    if (value !== undefined) {
      this.#given.add(label);
      const { requestHash } = this.#recorded.get(label) ?? {};
      const hash = canonicalHash(this.#asRecorded(request));
      if (requestHash === undefined || !hash.equals(requestHash)) this.#otherwise.add(label);
      return { value, replayed: true };
    }
    const failure = this.#failures.get(label);
    if (failure !== undefined && !this.#refusals.has(label)) throw failed(label, failure);
    return { ...(await make()), replayed: false };
  }

  /** A refusal by a budget, whatever the budget was. */
  async find(stream: string, key: string): Promise<JournalEvent | undefined> {
    return stream === refusedStream ? this.#refusals.get(labelOfRefusal(key)) : undefined;
  }

  async recorded(): Promise<undefined> {
    return undefined;
  }

  async append(): Promise<void> {
    // What would be said of a replay was said when it was live.
  }

  async *events(): AsyncIterable<JournalEvent> {}

  async *values(): AsyncIterable<Omit<JournalEvent, 'payload'>> {}

  counts(): ReturnType<Journal['counts']> {
    return { made: 0, replayed: this.#given.size, failed: 0 };
  }

  async close(): Promise<void> {
    // The reader is its owner's.
  }
}

/** `unit/label {budgets}`. */
function labelOfRefusal(key: string): string {
  const named = key.slice(0, key.indexOf(' {'));
  const [, , , ...label] = named.split('/');
  return label.join('/');
}

function failed(label: string, message: string): ModelError {
  return new ModelError(`${label}: ${message}`, { kind: 'protocol', isRetryable: false });
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && 'finish' in value && 'usage' in value;
}
