/** What a suite of one's own says of itself, beside its list of problems in YAML or JSON. */
import { z } from 'zod';
import type { SuiteKind, SuiteScale } from './suite.ts';
import { SuiteError } from './suite-error.ts';

const kinds = ['proof', 'answer'] as const satisfies readonly SuiteKind[];
const scales = ['imo-proofbench', 'points', 'answer'] as const satisfies readonly SuiteScale[];

export const suiteHeaderSchema = z.object({
  name: z
    .string()
    .min(1)
    .optional()
    .describe('What the suite is called in tables; the name of the file if not given.'),
  title: z.string().min(1).optional().describe('One line for people.'),
  version: z.string().min(1).optional().describe('The beginning of the checksum if not given.'),
  kind: z.enum(kinds).optional().describe('Whether proofs are graded or final answers compared.'),
  scale: z.enum(scales).optional().describe('What a grade may be: 0, 1, 6 or 7; 0 to 7; right or wrong.'),
  licence: z.string().min(1).optional().describe('Of the problems.'),
  attribution: z.string().min(1).optional().describe('Whom to name.'),
});
export type SuiteHeader = z.infer<typeof suiteHeaderSchema>;

/** The header, and the fields in it that mean nothing. Throws a SuiteError. */
export function checkedHeader(
  file: string,
  written: Readonly<Record<string, unknown>>,
): { readonly header: SuiteHeader; readonly unused: readonly string[] } {
  const parsed = suiteHeaderSchema.safeParse(written);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SuiteError(`${file}: field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  return {
    header: parsed.data,
    unused: Object.keys(written).filter((name) => !(name in suiteHeaderSchema.shape)),
  };
}
