import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemSchema } from '../problems/problem.ts';
import { createScaffold } from './create-scaffold.ts';
import { allAlike, scriptedRun } from './fixtures/scripted-run.ts';
import { scaffoldKinds } from './scaffold-kinds.ts';

/** Everything that a suite may know of a problem and a solver must not. */
const hidden = 'ZANZIBAR';
const problem = problemSchema.parse({
  id: hidden,
  statement: 'Prove that $1 < 2$.',
  solutions: [hidden],
  scheme: { checkpoints: [{ id: hidden, points: 7, description: hidden }], notes: hidden },
  guidelines: hidden,
  answer: hidden,
  source: hidden,
  tags: { contest: hidden },
});

for (const { name } of scaffoldKinds) {
  for (const accepts of [true, false]) {
    test(`${name} shows a model the statement only, where its judges ${accepts ? 'accept' : 'reject'}`, async () => {
      const { asked } = await scriptedRun((_, context) => createScaffold(name)(problem, context), {
        answer: allAlike(accepts),
      });
      assert.ok(asked.some(({ prompt }) => prompt.includes(problem.statement)));
      assert.deepEqual(
        asked.filter(({ prompt }) => prompt.includes(hidden)).map(({ label }) => label),
        [],
      );
    });
  }
}
