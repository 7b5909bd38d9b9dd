/** Reads what stages have recorded, for the report. */
import type { JournalEvent, Json } from '../../journal/journal.ts';

/** A payload that a stage of this version wrote as JSON. */
export function payloadOf<T>(event: JournalEvent): T {
  if (event.payload === undefined) throw new Error(`event ${event.stream}/${event.key} has no payload`);
  return JSON.parse(Buffer.from(event.payload).toString('utf8')) as T;
}

export function field(value: Json | undefined, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}

/** 0 where there is none. */
export function figure(value: Json | undefined, name: string): number {
  const found = field(value, name);
  return typeof found === 'number' ? found : 0;
}
