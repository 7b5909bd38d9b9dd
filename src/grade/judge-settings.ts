/**
 * How a judge asks: the style of its prompt, the scale, and what it is told beside the problem and the proof. The
 * styles are those that the paper compares (Table 4) and the grader of IMO-ProofBench; each has the defaults of its
 * source.
 */
import { z } from 'zod';
import { scaleNames } from './scale.ts';

export const judgeStyles = {
  'imo-proofbench': 'IMO-ProofBench’s strict grader, with reference and guidelines, on four levels',
  simple: 'a plain review step by step',
  opc: 'holds closely to the scheme and warns of bluff (Open Proof Corpus)',
  proofbench: 'principles in order of weight; the scheme advises',
  'proofbench-strict': 'the same with a scheme that binds; the judge of ProofBench and of the paper’s RL',
  gimo: 'a verifier who logs critical errors and gaps (Huang and Yang)',
} as const;

export type JudgeStyle = keyof typeof judgeStyles;
export const judgeStyleNames = Object.keys(judgeStyles) as [JudgeStyle, ...JudgeStyle[]];

/** `true`: needed; `false`: never shown; `if-any`: shown where a problem has it. */
const presence = z.union([z.boolean(), z.literal('if-any')]);
export type Presence = z.infer<typeof presence>;

const fields = z.strictObject({
  style: z.enum(judgeStyleNames).default('proofbench-strict').describe('Style of the prompt.'),
  scale: z
    .enum(scaleNames)
    .optional()
    .describe('`points`: 0 to 7; `levels`: 0, 1, 6, 7. Default: the style’s own.'),
  scheme: presence
    .optional()
    .describe(
      'Whether the judge sees the grading scheme; guidelines stand in where a problem has no scheme.',
    ),
  guidelines: presence
    .optional()
    .describe('Whether it sees the guidelines in words that came with the problem.'),
  reference: presence.optional().describe('Whether it sees the problem’s first solution.'),
  reasks: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe('How often a judge is asked again when its verdict cannot be read.'),
  selfEvaluation: z
    .enum(['remove', 'keep'])
    .default('remove')
    .describe('What becomes of a final section in which the proof evaluates itself.'),
});

const ownDefaults = {
  'imo-proofbench': { scale: 'levels', scheme: false, guidelines: true, reference: true },
  other: { scale: 'points', scheme: true, guidelines: false, reference: false },
} as const;

export const judgeSettingsSchema = fields.transform((given) => {
  const own = given.style === 'imo-proofbench' ? ownDefaults['imo-proofbench'] : ownDefaults.other;
  return {
    ...given,
    scale: given.scale ?? own.scale,
    scheme: given.scheme ?? own.scheme,
    guidelines: given.guidelines ?? own.guidelines,
    reference: given.reference ?? own.reference,
  };
});

export type JudgeSettings = z.output<typeof judgeSettingsSchema>;
export type JudgeSettingsInput = z.input<typeof judgeSettingsSchema>;

export const judgeSettingNames: readonly string[] = Object.keys(fields.shape);

/** Names and descriptions, for help. */
export function describeJudgeSettings(): { readonly name: string; readonly description: string }[] {
  return Object.entries(fields.shape).map(([name, field]) => ({
    name,
    description: field.description ?? '',
  }));
}
