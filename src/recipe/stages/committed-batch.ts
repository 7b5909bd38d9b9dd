/** What is committed with the batch of a step, before its optimiser step. */
import { z } from 'zod';
import { ungradedSchema } from '../../grade/grade.ts';

export const committedBatchSchema = z.object({
  /** Numbers of the groups, and the problems that they are attempts at. */
  groups: z.array(z.int()),
  problems: z.array(z.string()),
  dropped: z.array(z.tuple([z.int(), z.string()])),
  /** [place of the group in the batch, attempt, outcome] of the attempts that had no grade when the batch was made. */
  ungraded: z.array(z.tuple([z.int(), z.int(), ungradedSchema])).default([]),
  /** What became of the groups. */
  outcomes: z.looseObject({ trained: z.int() }).optional(),
});
export type CommittedBatch = z.infer<typeof committedBatchSchema>;
