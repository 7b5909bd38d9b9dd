import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { BenchJudge } from '../../bench/grade-once.ts';
import type { Grade } from '../../grade/grade.ts';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import type { GradeRecord } from '../../problems/graded/grade-record.ts';
import { openGradedSet } from '../../problems/graded/open-graded-set.ts';
import { scriptedModel } from '../../prove/fixtures/scripted-model.ts';
import { runAskStep } from '../ask/run-ask-step.ts';
import { buildStep } from './build-step.ts';
import { drawProblems } from './draw-problems.ts';

const rows = Array.from({ length: 30 }, (_, i) => ({
  ...{ id: `r${i}`, statement: `Prove claim ${i}.`, solutions: ['Sure.'], source: 'test' },
  ...(i % 3 === 0 ? {} : { guidelines: 'All or nothing.' }),
}));
const lines = (items: readonly object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

test('problems are drawn with a seed, in their order, and stay when others are added', async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'rows.jsonl');
  writeFileSync(file, lines(rows));
  const lacks = (row: { readonly guidelines?: string | undefined }): string | undefined =>
    row.guidelines === undefined ? 'no guidelines' : undefined;
  const drawn = await drawProblems(file, { count: 5, seed: 1, lacks });
  assert.deepEqual([drawn.rows.length, drawn.among, drawn.lacking], [5, 20, 10]);
  assert.deepEqual(await drawProblems(file, { count: 5, seed: 1, lacks }), drawn);
  const numbers = drawn.rows.map(({ id }) => Number(id.slice(1)));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  const seeds = await Promise.all([1, 2, 3, 4].map((seed) => drawProblems(file, { count: 5, seed, lacks })));
  assert.ok(new Set(seeds.map((one) => one.rows.map(({ id }) => id).join())).size > 1);
  writeFileSync(file, lines([...rows, { id: 'new', statement: 'Prove more.', guidelines: 'All.' }]));
  const more = await drawProblems(file, { count: 5, seed: 1, lacks });
  assert.ok(more.rows.filter(({ id }) => drawn.rows.some((row) => row.id === id)).length >= 4);
  assert.equal((await drawProblems(file, { count: 500, seed: 1, lacks })).rows.length, 21);
});

async function built(directory: string, fails: () => boolean) {
  const input = path.join(directory, 'rows.jsonl');
  writeFileSync(input, lines(rows.slice(0, 4)));
  const models = ['small', 'large'].map((name) =>
    scriptedModel({
      name,
      price: { prompt: 1, completion: 1 },
      reply: ({ seed }) => ({ answer: `${name} ${seed}` }),
    }),
  );
  const judge: BenchJudge = {
    ...{ name: 'strong#1', models: [] },
    async grade(_, proof): Promise<Grade> {
      if (fails() && proof.startsWith('small'))
        return { kind: 'ungraded', cause: 'unparsable', detail: 'hm', grader: 'strong#1' };
      return {
        kind: 'graded',
        points: proof.startsWith('large') ? 7 : 1,
        report: 'seen',
        items: [],
        grader: 'strong#1',
      };
    },
  };
  const records: GradeRecord[] = [];
  const step = buildStep(
    {
      attempting: models.map((model) => ({
        ...{ model, maxTokens: 100, temperature: 1 },
        ask: (content: string) => [{ role: 'user' as const, content }],
      })),
      ...{ prompt: 'statement', candidates: 4, judge },
    },
    (record) => records.push(record),
  );
  const journal = openInProcess(path.join(directory, 'journal'));
  try {
    const outcome = await runAskStep(step, {
      ...{
        input,
        out: path.join(directory, 'out'),
        journal,
        parallel: 2,
        seed: 1,
        mostFailed: 0,
        graceSeconds: 0,
      },
      ...{ budgets: { run: {}, problem: {}, sitting: {} }, stopping: new AbortController().signal },
    });
    const file = path.join(directory, 'set.jsonl');
    writeFileSync(file, lines(records));
    return { outcome, records, models, set: await openGradedSet(file, { environment: {} }) };
  } finally {
    await journal.close();
  }
}

test('candidates of two models in turn, graded by the judge, are a set that --on reads; done again nothing is asked', async (t) => {
  const directory = temporaryDirectory(t);
  const { set, records, models } = await built(directory, () => false);
  assert.equal(records.length, 16);
  assert.deepEqual(
    set.proofs
      .slice(0, 4)
      .map(({ id, author, grade, grader }) => [id, author, grade.kind === 'points' && grade.points, grader]),
    [
      ['r0/1', 'small', 1, 'strong#1'],
      ['r0/2', 'large', 7, 'strong#1'],
      ['r0/3', 'small', 1, 'strong#1'],
      ['r0/4', 'large', 7, 'strong#1'],
    ],
  );
  assert.deepEqual(set.proofs[0]?.problem.solutions, ['Sure.']);
  assert.deepEqual(
    models.map(({ asked }) => asked.length),
    [8, 8],
  );
  const again = await built(directory, () => false);
  assert.deepEqual(
    again.models.map(({ asked }) => asked.length),
    [0, 0],
  );
  assert.deepEqual(again.records, records);
});

test('NULL-NOT-ZERO: what the judge could not grade has no points in the set', async (t) => {
  const { set, outcome, records } = await built(temporaryDirectory(t), () => true);
  assert.equal(records.filter(({ points }) => points === null).length, 8);
  assert.deepEqual([set.proofs.length, set.ungraded], [8, 8]);
  assert.equal(outcome.record?.figures.ungraded, 8);
});
