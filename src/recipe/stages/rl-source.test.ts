import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateProblem, LAB_PROFILES } from '../../lab/generator.ts';
import { toProblem } from '../../lab/problem.ts';
import { continuePrompt } from '../../lab/prompts.ts';
import { parseSteps } from '../../lab/text.ts';
import type { Problem } from '../../problems/problem.ts';
import { Random } from '../../stats/random.ts';
import { withHints } from './rl-hints.ts';
import { easyFirst, plainOrigin, plainProblems, shuffledOrder } from './rl-source.ts';

const random = new Random('rl-source');
const problems: Problem[] = Array.from({ length: 40 }, (_, index) =>
  toProblem(generateProblem(LAB_PROFILES.main, random), `p${index}`),
);
const order = { stage: 'rl', seed: 1 } as const;

test('easy problems come first in the first pass, every problem once; then the order is that of no curriculum', () => {
  const at = easyFirst(problems, { ...order, tag: 'steps' });
  const pass = Array.from({ length: 40 }, (_, index) => at(index));
  const steps = pass.map(({ tags }) => Number(tags.steps));
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(pass).size, 40);
  const shuffled = shuffledOrder(problems, order);
  for (let index = 40; index < 120; index += 1) assert.equal(at(index), shuffled(index));
  assert.throws(
    () => easyFirst(problems, { ...order, tag: 'level' }),
    /rl\.curriculumTag: problem p\d+ has no number as tag "level"/,
  );
});

test('hints are the beginning of a solution, never all of it, fade to none, and are the same when asked again', async () => {
  const plain = plainProblems(shuffledOrder(problems, order));
  const hinted = withHints(plain, { share: 0.8, untilStep: 10 }, { seed: 3, groupsPerStep: 20 });
  const request = { signal: new AbortController().signal };
  const isHinted: boolean[] = [];
  for (let index = 0; index < 240; index += 1) {
    const origin = await hinted.origin(index, request);
    assert.deepEqual(await hinted.origin(index, request), origin);
    assert.ok(!('dropped' in origin));
    const { problem, messages } = origin;
    const solution = parseSteps(problem.solutions[0] ?? '');
    const possible = solution
      .slice(1)
      .map((_, given) => continuePrompt(problem.statement, solution.slice(0, given + 1)));
    const isPlain = messages[0]?.content === plainOrigin(problem).messages[0]?.content;
    assert.ok(isPlain || possible.includes(messages[0]?.content ?? ''));
    isHinted.push(!isPlain);
  }
  const share = (from: number, to: number) => isHinted.slice(from, to).filter(Boolean).length / (to - from);
  assert.ok(share(0, 60) > share(100, 160));
  assert.equal(share(200, 240), 0);
});
