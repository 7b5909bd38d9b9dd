/** How much a recipe does at most, counted from its settings: attempts, gradings, summaries, and their tokens. */

import path from 'node:path';
import { rowsPath } from '../../curate/step-files.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { type PolicyStage, policyStages, type Recipe } from '../schema.ts';

export interface StageSize {
  readonly stage: PolicyStage;
  /** Attempts that are trained on, or dropped where no group is replaced. */
  readonly attempts: number;
  /** Attempts at held-out problems. */
  readonly heldOut: number;
  /** Of the Reasoning Cache. */
  readonly summaries: number;
  readonly maxTokens: number;
}

const noCache = { turns: 0, statesPerTrajectory: 1 };

/** Of each stage that trains a policy. */
export function stageSizes(recipe: Recipe): StageSize[] {
  return policyStages.flatMap((stage) => {
    const settings = recipe[stage];
    if (settings === undefined) return [];
    const { steps, problemsPerStep, groupSize, maxTokens, evaluateEvery } = settings;
    const groups = steps * problemsPerStep;
    const { data } = recipe;
    const validation = data.kind === 'lab' || data.kind === 'problems' ? data.validationProblems : 0;
    const { turns, statesPerTrajectory } = (stage === 'rc' ? recipe.rc : undefined) ?? noCache;
    return [
      {
        ...{ stage, maxTokens, attempts: groups * groupSize },
        heldOut: evaluateEvery === 'never' ? 0 : validation * (1 + Math.ceil(steps / evaluateEvery)),
        summaries: Math.ceil(groups / statesPerTrajectory) * turns,
      },
    ];
  });
}

/** The problems of a recipe that reads them from a file; undefined for generated ones. Throws an Error. */
export async function problemsOf(recipe: Recipe, recipeDirectory: string): Promise<Problem[] | undefined> {
  if (recipe.data.kind !== 'problems') return undefined;
  return await readProblems(rowsPath(path.resolve(recipeDirectory, recipe.data.path)));
}

/** Tokens of a text, at most about so many: three characters a token. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 3);
}

/** What a judge reads beside the proof: its instructions, the statement, a scheme and a reference. */
export function judgePromptTokens({ statement, scheme, guidelines, solutions }: Problem): number {
  const [reference = ''] = solutions;
  const texts = [statement, guidelines ?? '', scheme === undefined ? '' : JSON.stringify(scheme), reference];
  return judgeInstructions + texts.reduce((sum, text) => sum + tokensOf(text), 0);
}

/** About as long as the longest of the judges' prompts. */
export const judgeInstructions = 2_000;
