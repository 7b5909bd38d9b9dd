/** The attempts that the evaluations of a recipe made: every checkpoint with each of its scaffolds. */

import type { EvaluationRecord } from '../../recipe/stages/evaluate.ts';
import { readFrozenRecipe } from '../frozen-recipe.ts';
import { problemsOf } from '../run-files.ts';
import type { ListedProof, MakeListing } from './proof-listing.ts';

export const evaluationListing: MakeListing = async (workplace, { id, directory }) => {
  const recipe = readFrozenRecipe(directory);
  const common = { title: recipe.name, kind: 'recipe', judges: ['exact'] } as const;
  const nothing = { ...common, systems: [], problems: [], rows: [] };
  if (!workplace.hasJournal(id)) return { ...nothing, empty: 'The run has not begun.' };
  const evaluations = await workplace.journal(id, async (journal) => {
    const all: { key: string; record: EvaluationRecord }[] = [];
    for await (const { key, payload } of journal.events('evaluation')) {
      if (payload === undefined) continue;
      all.push({ key, record: JSON.parse(new TextDecoder().decode(payload)) as EvaluationRecord });
    }
    return all;
  });
  if (evaluations.length === 0)
    return {
      ...nothing,
      empty:
        recipe.evaluate === undefined
          ? 'The recipe evaluates nothing. What it wrote while it trained is among its rollouts.'
          : 'No evaluation has finished yet. What the policy writes while it trains is among its rollouts.',
    };
  const problems = await problemsOf(directory, 'test.jsonl');
  const rows = evaluations.flatMap(({ key, record }, system) =>
    record.turns.flatMap((attempts, problem) =>
      attempts.map((turns, attempt): ListedProof => {
        const [score = null, tokens = null, overflowed = false] = turns.at(-1) ?? [];
        return {
          ...{ unit: `evaluate/${key}/${problem}/${attempt}`, problem, system, attempt, tokens },
          // Scores are shares of 7 points.
          points: [score === null ? null : Math.round(score * 7 * 1e6) / 1e6],
          causes: [score === null ? 'no grade' : ''],
          finish: overflowed ? 'cut' : 'stop',
        };
      }),
    ),
  );
  return { ...common, systems: evaluations.map(({ key }) => systemName(key)), problems, rows, empty: null };
};

/** `rl/single` → `rl, single turn` */
export function systemName(key: string): string {
  const [checkpoint = '', scaffold = ''] = key.split('/');
  return `${checkpoint}, ${scaffold === 'single' ? 'single turn' : scaffold}`;
}
