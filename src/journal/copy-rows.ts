/**
 * Copies part of one run's record into another's, so that what was paid for there is not made again here (PAY-ONCE): effects
 * with the keys that they were recorded under, failed attempts, and events in their order. A copy that was killed goes on
 * when it is called again; rows that are there already stay as they are.
 */

import { canonicalJson } from './canonical-json.ts';
import { ConflictError } from './errors.ts';
import type { Json } from './journal.ts';
import { JournalReader } from './journal-reader.ts';
import { startWorkerWriter } from './worker-writer.ts';
import type { Writer } from './writer.ts';

/** Which rows are copied. */
export interface RowSelection {
  readonly event: (stream: string, key: string) => boolean;
  /** Of effects and failed attempts. */
  readonly effect: (unit: string) => boolean;
}

export interface CopiedRows {
  readonly events: number;
  readonly effects: number;
}

/** Rows that are under way at once: flat memory, and still many to a commit. */
const atOnce = 256;

/**
 * Both are run directories; the one copied from may be written to meanwhile, the one copied to is locked. Events come last.
 * Throws a ConflictError on an event that is there with another value, and what `openJournal` throws.
 */
export async function copyRows(from: string, to: string, selection: RowSelection): Promise<CopiedRows> {
  const writer = await startWorkerWriter(to);
  let target: JournalReader | undefined;
  let source: JournalReader | undefined;
  try {
    target = new JournalReader(to);
    source = new JournalReader(from);
    return await copied(source, target, writer, selection);
  } finally {
    source?.close();
    target?.close();
    await writer.close();
  }
}

async function copied(
  source: JournalReader,
  target: JournalReader,
  writer: Writer,
  { event, effect }: RowSelection,
): Promise<CopiedRows> {
  let pending: Promise<unknown>[] = [];
  const settle = async (): Promise<void> => {
    const own = pending;
    pending = [];
    await Promise.all(own);
  };
  const add = async (work: Promise<unknown>): Promise<void> => {
    // Who waits for it comes later, and hears of its failure then.
    work.catch(() => undefined);
    pending.push(work);
    if (pending.length >= atOnce) await settle();
  };
  let effects = 0;
  for await (const { unit, label, key, requestHash, ...entry } of source.effects(undefined, effect)) {
    if (target.findEffect(key) !== undefined) continue;
    effects += 1;
    await add(writer.write({ kind: 'effect', key, unit, label, requestHash, ...contentOf(entry) }));
  }
  const known = new Set<string>();
  for await (const failure of target.failures()) known.add(nameOf(failure));
  for await (const failure of source.failures()) {
    const { unit, label, key, error } = failure;
    if (!effect(unit) || known.has(nameOf(failure))) continue;
    await add(writer.write({ kind: 'failure', unit, label, key, error: JSON.stringify(error) }));
  }
  // Events tell that something is done; what they tell of is there before.
  await settle();
  let events = 0;
  for await (const { stream, key, value, payload } of source.everyEvent(event)) {
    events += 1;
    const request = {
      kind: 'event',
      stream,
      key,
      ...contentOf({ value, ...(payload && { payload }) }),
    } as const;
    const write = writer.write(request).then((outcome) => {
      if (outcome === 'conflict') throw new ConflictError(stream, key);
    });
    await add(write);
  }
  await settle();
  return { events, effects };
}

function nameOf({ unit, label, error }: { unit: string; label: string; error: object }): string {
  return JSON.stringify([unit, label, error]);
}

function contentOf({ value, payload }: { readonly value: Json; readonly payload?: Uint8Array }) {
  const text = canonicalJson(value);
  return payload === undefined ? { value: text } : { value: text, payload: new Uint8Array(payload) };
}
