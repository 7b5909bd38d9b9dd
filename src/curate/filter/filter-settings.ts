/**
 * Settings of the filter. The defaults are for what the paper trains on: olympiad problems in English that ask for a proof, with a
 * solution that a grading scheme can be made of, and nothing of the year of the evaluation.
 */
import { z } from 'zod';

export const filterSettingsSchema = z.strictObject({
  languages: z.array(z.string().min(2)).min(1).default(['en']).describe('Of statements, as ISO 639 codes.'),
  excludedYears: z
    .array(z.int())
    .default([2025])
    .describe('Years whose contests leave: those of the evaluation.'),
  easyContests: z
    .array(z.string().min(1))
    .default([
      ...['amc', 'amc 8', 'amc 10', 'amc 12', 'ahsme', 'ajhsme', 'aime', 'mathcounts', 'cayley', 'pascal'],
      ...[
        'fermat',
        'euclid',
        'gauss',
        'kangaroo',
        'gaokao',
        'cemc',
        'ukmt',
        'jmc',
        'imc junior',
        'math league',
        'moems',
      ],
    ])
    .describe('Contests that leave, by words in contest, source or path.'),
  answerContests: z
    .array(z.string().min(1))
    .default(['hmmt', 'arml', 'bmt', 'cmimc', 'pumac', 'smt', 'omo', 'nimo', 'iberoamerican short'])
    .describe('Contests that ask for final answers alone, unless the statement asks for a proof.'),
  finalAnswers: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('Questions for a final answer: proofs are wanted.'),
  solutions: z
    .enum(['required', 'optional'])
    .default('required')
    .describe('Whether a row without solution, marking scheme and guidelines leaves.'),
  leastStatement: z.int().nonnegative().default(30).describe('Characters of a statement, without spaces.'),
  mostStatement: z.int().positive().default(4_000).describe('Characters of a statement, without spaces.'),
  leastSolution: z.int().nonnegative().default(150).describe('Characters of a solution, without spaces.'),
  mostSolution: z.int().positive().default(30_000).describe('Characters of a solution, without spaces.'),
  off: z.array(z.string()).default([]).describe('Reasons that no row leaves for.'),
});

export type FilterSettings = z.infer<typeof filterSettingsSchema>;

export const defaultFilterSettings: FilterSettings = filterSettingsSchema.parse({});
