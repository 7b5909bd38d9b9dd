/** What a page says is left of an evaluation is what the stage does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labScaffoldPrompts } from '../../lab/scaffold-prompts.ts';
import { loadRecipe } from '../load.ts';
import { checkpointsOf } from './evaluate.ts';
import { searchScaffolds, turnScaffolds } from './evaluated-scaffolds.ts';
import { plannedEvaluations } from './planned-evaluations.ts';

for (const name of ['lab', 'lab-paper', 'lab-quick']) {
  test(`the evaluations of recipe ${name} are planned as they are run`, () => {
    const { recipe } = loadRecipe(name, [], ['study', 'seeds', 'arms', 'claims', 'figures']);
    const prompts = labScaffoldPrompts();
    const { evaluate } = recipe;
    assert.ok(evaluate !== undefined);
    const checkpoints = checkpointsOf({ recipe });
    const run = checkpoints.flatMap((checkpoint) =>
      [
        ...turnScaffolds(evaluate, prompts),
        ...(checkpoint === checkpoints.at(-1) ? searchScaffolds(evaluate, prompts) : []),
      ].map(({ name: scaffold, samples }) => ({ checkpoint, scaffold, samples })),
    );
    assert.deepEqual(plannedEvaluations(recipe), run);
  });
}
