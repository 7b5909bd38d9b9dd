/**
 * A person's judgement of a row: should it leave, and for which reasons. Labels name rows by id and digest and hold no text of them,
 * so they may be published where the texts may not.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DataRow } from '../data-row.ts';

export const labelSchema = z.strictObject({
  id: z.string().min(1),
  /** Of statement and solutions, so that a label is not taken for another revision of the row. */
  digest: z.string().regex(/^[\da-f]{16}$/),
  /** Rules are changed after a look at `tune` alone; figures of `test` are the ones to believe. */
  half: z.enum(['tune', 'test', 'fresh']),
  /** What it was drawn for: a reason that applied then, or `kept`. */
  stratum: z.string().min(1),
  /** All reasons that truly apply. A row with none should stay. */
  reasons: z.array(z.string()),
  note: z.string().optional(),
});
export type Label = z.infer<typeof labelSchema>;

export function rowDigest({ statement, solutions }: Pick<DataRow, 'statement' | 'solutions'>): string {
  return createHash('sha256')
    .update(JSON.stringify([statement, ...solutions]))
    .digest('hex')
    .slice(0, 16);
}
