/** What a recipe with problems of its own must agree on: the lab's words, graders and scaffolds know none of them. */
import type { Contradiction } from './contradiction.ts';
import { labGraders } from './lab-graders.ts';
import { type ProblemsDataSettings, policyStages, type Recipe } from './schema.ts';

export function problemsContradictions(recipe: Recipe, { texts }: ProblemsDataSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const complain = (path: readonly string[], message: string) => found.push({ path, message });
  for (const stage of ['pretrain', 'judge', 'evaluate'] as const) {
    const instead = stage === 'evaluate' ? '; qed bench measures checkpoints on suites of real problems' : '';
    if (recipe[stage] !== undefined) complain([stage], `needs lab data${instead}`);
  }
  if (recipe.sft !== undefined && texts === undefined)
    complain(['sft'], 'needs data.texts: the texts that it trains on');
  if (recipe.sft === undefined && texts !== undefined)
    complain(['data', 'texts'], 'has no use without the stage sft');
  for (const stage of policyStages) {
    const settings = recipe[stage];
    if (settings === undefined) continue;
    if (labGraders.some((name) => name === settings.grader))
      complain(
        [stage, 'grader'],
        `\`${settings.grader}\` grades problems of the lab; name a judge, for example rl or openai:URL#gpt-oss-20b(style=proofbench-strict)`,
      );
    if (stage === 'rc' && settings.prompt === 'statement')
      complain([stage, 'prompt'], 'must be `prove`, as the later turns are asked in its words');
  }
  return found;
}
