/**
 * What asking models about a row came to, on record: an answer, or that the row is set aside and why. A row that failed
 * leaves nothing, so it is asked again next time (NULL-NOT-ZERO). Records are found by what was asked, not by where the
 * row stands: a file with rows added, removed or moved asks about new rows alone.
 */
import { canonicalHash } from '../../journal/canonical-json.ts';
import type { Journal, Json } from '../../journal/journal.ts';
import type { DataRow } from '../data-row.ts';

export type RowAnswer =
  | { readonly kind: 'done'; readonly value: Json }
  /** `reason` is a code as in DroppedRow. */
  | { readonly kind: 'aside'; readonly reason: string; readonly detail: string };

/** What a row's calls came to, those of earlier sittings included. */
export interface RowSpend {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Null where a model has no price. */
  readonly dollars: number | null;
}

export interface RecordedAnswer {
  readonly answer: RowAnswer;
  readonly spent: RowSpend;
}

const stream = 'ask/answers';

/** Names a row and what is asked about it: `rubrics/aops-12/3f0c…`. Its calls belong to this unit. */
export function unitOf(step: string, { id }: Pick<DataRow, 'id'>, material: Json): string {
  return `${step}/${id}/${shortHash(material)}`;
}

/** Names an answer: the unit, and all that the answer depends on beside it. */
export function answerKey(unit: string, asks: Readonly<Record<string, Json>>): string {
  return `${unit}/${shortHash(asks)}`;
}

export async function findAnswer(
  journal: Pick<Journal, 'find'>,
  key: string,
): Promise<RecordedAnswer | undefined> {
  const event = await journal.find(stream, key);
  if (event?.payload === undefined) return undefined;
  // The journal gives back what was put in below.
  const answer = JSON.parse(new TextDecoder().decode(event.payload)) as RowAnswer;
  return { answer, spent: event.value as unknown as RowSpend };
}

/** Resolves when it is on disk. */
export async function recordAnswer(
  journal: Pick<Journal, 'append'>,
  key: string,
  { answer, spent }: RecordedAnswer,
): Promise<void> {
  const payload = new TextEncoder().encode(JSON.stringify(answer));
  await journal.append(stream, key, { value: { ...spent }, payload });
}

function shortHash(value: Json): string {
  return canonicalHash(value).toString('hex').slice(0, 16);
}
