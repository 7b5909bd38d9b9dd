import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Grade } from '../grade/grade.ts';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import type { Problem } from '../problems/problem.ts';
import { problemNumber } from '../prove/fixtures/settings.ts';
import type { BenchJudge } from './grade-once.ts';
import { type GradeEvent, gradeProofs, writeGraded } from './grade-proofs.ts';
import { readProofRows } from './proof-rows.ts';

const rows = [
  { problem: 'Prove that 1 + 1 = 2.', proof: 'Look.', answer: '2', note: { kept: true } },
  { problem: 'Prove that 1 + 1 = 2.', proof: 'Look again.', grades: [{ judge: 'a person', points: 7 }] },
  { id: 7, statement: 'Prove it.', model_solution: '  ' },
];

/** Points by proof, or nothing where the judge cannot be read. */
function judgeOf(points: (proof: string, problem: Problem) => number | undefined, name = 'judge-1') {
  const asked: string[] = [];
  const judge: BenchJudge = {
    name,
    models: [],
    async grade(problem, proof): Promise<Grade> {
      asked.push(proof);
      const given = points(proof, problem);
      return given === undefined
        ? { kind: 'ungraded', cause: 'unparsable', detail: 'hm', grader: name }
        : { kind: 'graded', points: given, report: `worth ${given}`, items: [], grader: name };
    },
  };
  return { judge, asked };
}

async function sitting(directory: string, file: string, judge: BenchJudge, suite?: Map<string, Problem>) {
  const journal = openInProcess(path.join(directory, 'run'));
  const events: GradeEvent[] = [];
  const source = () => readProofRows(file, suite);
  try {
    const { records } = await gradeProofs({
      ...{ rows: source, judge, journal, parallel: 2, seed: 1, graceSeconds: 0 },
      budgets: { run: {}, problem: {}, sitting: {} },
      stopping: new AbortController().signal,
      onEvent: (event) => events.push(event),
    });
    const out = path.join(directory, 'graded.jsonl');
    await writeGraded(out, { rows: source, journal }, records);
    const written = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as Record<string, unknown> & { grades: { judge: string; points?: number }[] },
      );
    return { written, events };
  } finally {
    await journal.close();
  }
}

function fileOf(directory: string, lines: readonly unknown[]): string {
  const file = path.join(directory, 'proofs.jsonl');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

test('every proof is graded once, earlier grades and unknown fields stay, an empty proof is worth 0', async (t) => {
  const directory = temporaryDirectory(t);
  const file = fileOf(directory, rows);
  const first = judgeOf((proof) => proof.length % 8);
  const { written } = await sitting(directory, file, first.judge);
  const grades = written.map((row) => row.grades.map(({ judge, points }) => [judge, points]));
  assert.deepEqual(grades, [
    [['judge-1', 5]],
    [
      ['a person', 7],
      ['judge-1', 3],
    ],
    [['judge-1', 0]],
  ]);
  assert.deepEqual(written[0]?.note, { kept: true });
  assert.deepEqual([...first.asked].sort(), ['Look again.', 'Look.']);

  const again = await sitting(directory, file, first.judge);
  assert.equal(first.asked.length, 2);
  assert.deepEqual(again.written, written);

  const second = judgeOf(() => 1, 'judge-2');
  const both = await sitting(directory, file, second.judge);
  assert.deepEqual(
    both.written[0]?.grades.map(({ judge }) => judge),
    ['judge-1', 'judge-2'],
  );
});

test('NULL-NOT-ZERO: a proof that could not be graded has no points, and is asked about again', async (t) => {
  const directory = temporaryDirectory(t);
  const file = fileOf(directory, rows);
  let works = false;
  const { judge } = judgeOf((proof) => (works || proof !== 'Look.' ? 6 : undefined));
  const { written } = await sitting(directory, file, judge);
  const [one] = written[0]?.grades ?? [];
  assert.ok(one !== undefined && !('points' in one));
  assert.equal((one as { kind?: string }).kind, 'ungraded');
  works = true;
  const after = await sitting(directory, file, judge);
  assert.deepEqual(
    after.written[0]?.grades.map(({ points }) => points),
    [6],
  );
});

test('ids speak of the problems of a suite, and what cannot be understood is refused by line and field', async (t) => {
  const directory = temporaryDirectory(t);
  const suite = new Map([['p1', { ...problemNumber(1), answer: '4' }]]);
  const seen: (string | undefined)[] = [];
  const { judge } = judgeOf((_, problem) => {
    seen.push(problem.answer);
    return 7;
  });
  await sitting(directory, fileOf(directory, [{ problem_id: 'p1', proof: 'x' }]), judge, suite);
  assert.deepEqual(seen, ['4']);
  for (const [row, message] of [
    [{ problem_id: 'p2', proof: 'x' }, /proofs\.jsonl:1 {2}field problem_id: p2 is no problem of the suite/],
    [{ problem_id: 'p1' }, /proofs\.jsonl:1 {2}field proof: a text is expected/],
  ] as const) {
    await assert.rejects(sitting(directory, fileOf(directory, [row]), judge, suite), message);
  }
  await assert.rejects(
    sitting(directory, fileOf(directory, [{ proof: 'x' }]), judge),
    /field problem: the statement/,
  );
});
