/** What a line of a file of rows is: a problem, one that left, a text to train on, or a sample that left. */
import { z } from 'zod';
import { type DataRow, type DroppedRow, dataRowSchema, droppedRowSchema } from '../../curate/data-row.ts';

const messageSchema = z.object({ role: z.string(), content: z.string() });
const textSchema = z.looseObject({
  messages: z.array(messageSchema).min(1),
  task: z.string().optional(),
  source: z.string().optional(),
  tags: z.record(z.string(), z.unknown()).optional(),
});
const sampleSchema = z.object({
  problem: z.string(),
  sample: z.int(),
  reason: z.string(),
  detail: z.string(),
  tokens: z.number().optional(),
});

export type TextRow = z.infer<typeof textSchema>;
export type SampleRow = z.infer<typeof sampleSchema>;

export type ReadRow =
  | { readonly kind: 'problem'; readonly row: DataRow; readonly dropped: DroppedRow | undefined }
  | { readonly kind: 'text'; readonly row: TextRow }
  | { readonly kind: 'sample'; readonly row: SampleRow }
  | { readonly kind: 'damaged'; readonly reason: string };

export function readRow(line: string): ReadRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { kind: 'damaged', reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== 'object' || value === null) {
    return { kind: 'damaged', reason: 'an object is expected in each line' };
  }
  if ('row' in value) {
    const dropped = droppedRowSchema.safeParse(value);
    return dropped.success
      ? { kind: 'problem', row: dropped.data.row, dropped: dropped.data }
      : damaged(dropped.error);
  }
  if ('messages' in value) {
    const text = textSchema.safeParse(value);
    return text.success ? { kind: 'text', row: text.data } : damaged(text.error);
  }
  if ('sample' in value) {
    const sample = sampleSchema.safeParse(value);
    return sample.success ? { kind: 'sample', row: sample.data } : damaged(sample.error);
  }
  const row = dataRowSchema.safeParse(value);
  return row.success ? { kind: 'problem', row: row.data, dropped: undefined } : damaged(row.error);
}

function damaged({ issues }: z.ZodError): ReadRow {
  const [issue] = issues;
  return { kind: 'damaged', reason: `field ${issue?.path.join('.')}: ${issue?.message}` };
}
