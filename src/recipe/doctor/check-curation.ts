/**
 * What a curation needs before its first step that asks a model: every model that it names answers, and the files that it names
 * are there. A model that nobody has set is `unchecked`: the steps before it can run.
 */
import { existsSync } from 'node:fs';
import { resolveJudge } from '../../grade/resolve-judge.ts';
import { type ResolvedModel, resolveModel } from '../../model/open-model.ts';
import type { Curation } from '../curation/load-curation.ts';
import { shownPath } from '../shown-path.ts';
import { checkServedModel } from './check-served-model.ts';
import { type RecipeCheck, reasonOf, usualPatience } from './recipe-check.ts';

export interface CheckCurationOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly patience?: number;
}

export async function checkCuration(
  { models, steps }: Pick<Curation, 'models' | 'steps'>,
  { environment = process.env, patience = usualPatience }: CheckCurationOptions = {},
): Promise<RecipeCheck[]> {
  const files = steps.flatMap(({ name, files: named }) => named.map((file) => fileCheck(name, file)));
  const asked = await Promise.all(
    Object.entries(models).map(async ([name, spec]): Promise<readonly RecipeCheck[]> => {
      const label = `models.${name}`;
      if (spec === null) {
        const mend = `Set it: --set ${label}=openai:URL#MODEL.`;
        return [
          {
            name: label,
            status: 'unchecked',
            found: 'nobody has set it; steps that ask it do not begin',
            mend,
          },
        ];
      }
      try {
        const resolved = await modelsOf(spec, environment);
        const answers = await Promise.all(
          resolved.map((model) => checkServedModel(model, { label, patience })),
        );
        return answers.flatMap(({ checks }) => checks);
      } catch (error) {
        const mend = 'The message says what is expected; --set replaces the model for this check.';
        return [{ name: `${label}: ${spec}`, status: 'failed', found: reasonOf(error), mend }];
      }
    }),
  );
  return [...files, ...asked.flat()];
}

/** Of a model, or of a judge, whose settings stand in brackets. */
async function modelsOf(
  spec: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly ResolvedModel[]> {
  if (!spec.trimEnd().endsWith(')')) return [await resolveModel(spec, environment)];
  return (await resolveJudge(spec, { environment })).models;
}

function fileCheck(step: string, file: string): RecipeCheck {
  const name = `curate.${step}`;
  if (existsSync(file)) return { name, status: 'ok', found: `${shownPath(file)} is there` };
  return {
    name,
    status: 'failed',
    found: `${shownPath(file)} is not there`,
    mend: 'Fetch it, or correct the path.',
  };
}
