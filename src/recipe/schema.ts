/**
 * The recipe: everything that decides what a run does, as one zod schema. Every field carries a description; the
 * reference page and the error messages come from here. A recipe that parses can run: what contradicts itself is
 * refused before anything is computed.
 */
import { z } from 'zod';
import { contradictions } from './recipe-rules.ts';
import { examplesDataSchema, harpDataSchema, labDataSchema, problemsDataSchema } from './schema-data.ts';
import { engineSchema, loraSchema } from './schema-engine.ts';
import { modelSchema, tokenizerSchema } from './schema-model.ts';
import { rcSchema } from './schema-rc.ts';
import {
  evaluateSchema,
  type optimiserSchema,
  rlSchema,
  sftSchema,
  supervisedSchema,
} from './schema-stages.ts';

export const recipeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens')
      .describe('Name of the run directory below runs/.'),
    description: z.string().default('').describe('One sentence for the report.'),
    seed: z.int().min(0).default(1).describe('Seed of everything random in the run.'),
    engine: engineSchema.describe('What trains and samples.'),
    lora: loraSchema
      .optional()
      .describe(
        'Trains factors of low rank (LoRA) in the place of all parameters; every stage begins with new ones, on the merged weights of the one before.',
      ),
    model: modelSchema.prefault({}).describe('The model.'),
    tokenizer: tokenizerSchema.describe('The tokenizer.'),
    data: z
      .discriminatedUnion('kind', [labDataSchema, harpDataSchema, examplesDataSchema, problemsDataSchema])
      .describe('Where problems and texts come from.'),
    pretrain: supervisedSchema
      .optional()
      .describe('Stage: pre-training of the base model; leaves checkpoint `base`.'),
    sft: sftSchema
      .optional()
      .describe("Stage: supervised fine-tuning on a teacher's proofs; leaves checkpoint `sft`."),
    rl: rlSchema
      .optional()
      .describe('Stage: reinforcement learning with rubric rewards; leaves checkpoint `rl`.'),
    rc: rcSchema
      .optional()
      .describe(
        'Stage: reinforcement learning on states of the Reasoning Cache, which the policy comes to by itself; leaves checkpoint `rc`. All but its first fields are those of `rl`.',
      ),
    judge: supervisedSchema
      .optional()
      .describe(
        'Stage: training of a second model, from `sft` or failing that `base`, that judges and compares proofs; leaves checkpoint `judge`. Lab data only.',
      ),
    evaluate: evaluateSchema.optional().describe('Stage: scores of every checkpoint on the test problems.'),
    retention: z
      .enum(['all', 'last'])
      .default('last')
      .describe('Checkpoints to keep of a finished stage: `all`, or the `last`.'),
  })
  .superRefine((recipe, context) => {
    for (const { path, message } of contradictions(recipe)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

export type Recipe = z.infer<typeof recipeSchema>;
export type SupervisedSettings = z.infer<typeof supervisedSchema>;
export type SftSettings = z.infer<typeof sftSchema>;
export type RcSettings = z.infer<typeof rcSchema>;
/** Of stage `rl`, and all of stage `rc` that is the same. */
export type RlSettings = Omit<z.infer<typeof rlSchema>, 'from'> & Pick<RcSettings, 'from'>;
export type EvaluateSettings = z.infer<typeof evaluateSchema>;
export type SearchSettings = NonNullable<EvaluateSettings['search']>;
export type OptimiserSettings = z.infer<typeof optimiserSchema>;
export type LabDataSettings = z.infer<typeof labDataSchema>;
export type ExamplesDataSettings = z.infer<typeof examplesDataSchema>;
export type ProblemsDataSettings = z.infer<typeof problemsDataSchema>;

/** The stages in the order they run. `data` and `report` always run. */
export const stageIds = ['data', 'pretrain', 'sft', 'rl', 'rc', 'judge', 'evaluate', 'report'] as const;
export type StageId = (typeof stageIds)[number];

/** Stages that train the policy by the rewards of its attempts; each leaves the checkpoint of its name. */
export const policyStages = ['rl', 'rc'] as const satisfies readonly StageId[];
export type PolicyStage = (typeof policyStages)[number];

/** The stages that this recipe has. */
export function stagesOf(recipe: Recipe): StageId[] {
  return stageIds.filter((id) => id === 'data' || id === 'report' || recipe[id] !== undefined);
}
