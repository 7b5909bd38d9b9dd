/**
 * Attempts that came to their own end. What is finished stays so: it is neither asked about again nor decided anew, and
 * a run that goes on need not go through the calls of every attempt before it comes to new ones. An attempt that a
 * budget or a person ended is not finished, and leaves no row here.
 */
import type { Journal } from '../journal/journal.ts';
import type { ProofWriter } from './proof-writer.ts';

const stream = 'prove/finished';

export interface FinishedAttempt {
  readonly proof: string | undefined;
  readonly why: string;
  readonly writer: ProofWriter | undefined;
}

interface Row {
  readonly proof: string | null;
  readonly why: string;
  readonly writer: { readonly label: string; readonly isCut: boolean } | null;
}

/** By unit, for example `prove/3/0`. */
export async function readFinished(journal: Pick<Journal, 'events'>): Promise<Map<string, FinishedAttempt>> {
  const finished = new Map<string, FinishedAttempt>();
  for await (const { key, value } of journal.events(stream)) {
    const { proof, why, writer } = value as unknown as Row;
    finished.set(key, { proof: proof ?? undefined, why, writer: writer ?? undefined });
  }
  return finished;
}

export async function recordFinished(
  journal: Journal,
  unit: string,
  { proof, why, writer }: FinishedAttempt,
): Promise<void> {
  await journal.append(stream, unit, {
    value: {
      proof: proof ?? null,
      why,
      writer: writer === undefined ? null : { ...writer },
    } satisfies Row,
  });
}
