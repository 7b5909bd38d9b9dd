/**
 * Problems of one's own, such as the steps of `qed data` leave: those whose prompt and longest reply the model has
 * positions for, split into training and validation by the seed.
 */
import path from 'node:path';
import { rowsPath } from '../../curate/step-files.ts';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { Random } from '../../stats/random.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import { type ProblemsDataSettings, policyStages, type Recipe } from '../schema.ts';
import { askOf } from './rl-questions.ts';

/** Writes train.jsonl and validation.jsonl; returns a summary. */
export async function writeProblems(
  context: RunContext,
  { path: given, validationProblems }: ProblemsDataSettings,
  format: ChatFormat,
): Promise<string> {
  const { recipe, recipeDirectory } = context;
  const file = problemsFile(path.resolve(recipeDirectory, given));
  const problems = await readProblems(file);
  const fitting = problems.filter((problem) => fits(recipe, format, problem));
  if (fitting.length === 0)
    throw new Error(
      `data.path: of the ${problems.length} problems in ${file} none leaves room for a reply of maxTokens within model.maximumPositions (${recipe.model.maximumPositions})`,
    );
  if (validationProblems >= fitting.length)
    throw new Error(
      `data.validationProblems: ${validationProblems} of ${fitting.length} problems would leave none to train on`,
    );
  const shuffled = new Random('problems-split', recipe.seed).shuffled(fitting);
  const held = new Set(shuffled.slice(0, validationProblems));
  const lines = (isHeld: boolean) =>
    fitting
      .filter((problem) => held.has(problem) === isHeld)
      .map((problem) => `${JSON.stringify(problem)}\n`)
      .join('');
  await writeFileAtomic(dataPath(context, 'train.jsonl'), lines(false));
  await writeFileAtomic(dataPath(context, 'validation.jsonl'), lines(true));
  const left = problems.length - fitting.length;
  const without = left === 0 ? '' : `, ${left} too long and left out`;
  return `${fitting.length - held.size} + ${held.size} problems${without}`;
}

function problemsFile(place: string): string {
  try {
    return rowsPath(place);
  } catch (error) {
    throw new Error(`data.path: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Whether every stage has positions for its prompt, the summary that may be in it, and its longest reply. */
function fits(recipe: Recipe, format: ChatFormat, problem: Problem): boolean {
  return policyStages.every((stage) => {
    const settings = recipe[stage];
    if (settings === undefined) return true;
    const prompt = format.renderPrompt(askOf(recipe, settings)(problem)).length;
    const summary = 'summary' in settings ? (settings.summary?.maxTokens ?? 0) + wordsOfLaterTurns : 0;
    return prompt + summary + settings.maxTokens <= recipe.model.maximumPositions;
  });
}

/** Tokens that the prompt of a later turn has more than that of the first, without the summary. */
const wordsOfLaterTurns = 256;
