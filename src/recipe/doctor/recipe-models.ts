/** The models at endpoints and elsewhere that a recipe names, each with the fields that name it, and the judges that they make up. */
import { type ResolvedJudge, resolveJudge } from '../../grade/resolve-judge.ts';
import { type ResolvedModel, resolveModel } from '../../model/open-model.ts';
import { labGraders } from '../lab-graders.ts';
import { policyStages, type Recipe } from '../schema.ts';
import { type RecipeCheck, reasonOf } from './recipe-check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface NamedModel {
  /** `rl.grader`, `rc.summary.model`. */
  readonly fields: readonly string[];
  readonly model: ResolvedModel;
}

export interface NamedJudge {
  readonly stage: (typeof policyStages)[number];
  readonly spec: string;
  readonly judge: ResolvedJudge;
  /** Most tokens of one of its replies. */
  readonly replyTokens: number;
}

export interface RecipeModels {
  /** Each once. */
  readonly models: readonly NamedModel[];
  readonly judges: readonly NamedJudge[];
  readonly summarisers: readonly { readonly stage: 'rc'; readonly model: ResolvedModel }[];
  /** Names that mean no model. */
  readonly faults: readonly RecipeCheck[];
}

/** What a judge writes at most where neither its spec nor its model says. */
const usualReply = 16_384;

export async function recipeModels(recipe: Recipe, environment: Environment): Promise<RecipeModels> {
  const models = new Map<string, { fields: string[]; model: ResolvedModel }>();
  const judges: NamedJudge[] = [];
  const summarisers: RecipeModels['summarisers'][number][] = [];
  const faults: RecipeCheck[] = [];
  const add = (field: string, model: ResolvedModel): void => {
    const known = models.get(model.name) ?? { fields: [], model };
    models.set(model.name, known);
    if (!known.fields.includes(field)) known.fields.push(field);
  };
  const trial = async (field: string, spec: string, what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (error) {
      faults.push({
        ...{ name: `${field}: ${spec}`, status: 'failed', found: reasonOf(error) },
        mend: 'The message says what is expected; --set replaces the field for this check.',
      });
    }
  };
  for (const stage of policyStages) {
    const settings = recipe[stage];
    if (settings === undefined) continue;
    const { grader } = settings;
    if (!labGraders.some((name) => name === grader))
      await trial(`${stage}.grader`, grader, async () => {
        const judge = await resolveJudge(grader, { environment });
        for (const model of judge.models) add(`${stage}.grader`, model);
        judges.push({ stage, spec: grader, judge, replyTokens: replyTokensOf(grader, judge) });
      });
  }
  const { summariser, summary } = recipe.rc ?? {};
  const { model: spec } = summary ?? {};
  if (summariser === 'endpoint' && spec !== undefined)
    await trial('rc.summary.model', spec, async () => {
      const model = await resolveModel(spec, environment);
      add('rc.summary.model', model);
      summarisers.push({ stage: 'rc', model });
    });
  return { models: [...models.values()], judges, summarisers, faults };
}

function replyTokensOf(spec: string, { models }: ResolvedJudge): number {
  const said = [...spec.matchAll(/maxTokens=(\d+)/g)].map(([, digits]) => Number(digits));
  if (said.length > 0) return Math.max(...said);
  const ofModels = models.map(({ defaults }) => defaults.maxTokens ?? usualReply);
  return Math.max(usualReply * Number(ofModels.length === 0), ...ofModels);
}
