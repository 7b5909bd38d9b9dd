/** Texts to train on: conversations that end with the assistant's message, one JSON object a line, or rows of Parquet as on the hub. */
import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';
import { readParquetRows } from './tables/parquet-rows.ts';
import { TableError } from './tables/row.ts';

export const supervisedExampleSchema = z.object({
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .min(2)
    .refine((messages) => messages.at(-1)?.role === 'assistant', 'the last message must be the assistant’s'),
  tags: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** SHA-256 of the chat template that the text was written for, where it was written for one. */
  chat_template_sha256: z.string().optional(),
});
export type SupervisedExample = z.infer<typeof supervisedExampleSchema>;

/**
 * The examples of a file, one at a time. Of Parquet, whose other columns have meanings of their own, the column `messages` is
 * read. Throws a DataFileError at the first bad line, or a TableError at the first bad row.
 */
export function readExamples(file: string): AsyncGenerator<SupervisedExample> {
  return file.endsWith('.parquet') ? parquetExamples(file) : readJsonLines(file, supervisedExampleSchema);
}

async function* parquetExamples(file: string): AsyncGenerator<SupervisedExample> {
  for await (const { at, cells } of readParquetRows(file, { columns: ['messages'] })) {
    const parsed = supervisedExampleSchema.safeParse(cells);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TableError(`${file}: ${at}: field ${issue?.path.join('.') || 'messages'}: ${issue?.message}`);
    }
    yield parsed.data;
  }
}
