/** Texts to train on: conversations that end with the assistant's message, one JSON object a line. */
import { z } from 'zod';
import { readJsonLines } from './json-lines.ts';

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

/** The examples of a file, one at a time. Throws a DataFileError at the first bad line. */
export function readExamples(file: string): AsyncGenerator<SupervisedExample> {
  return readJsonLines(file, supervisedExampleSchema);
}
