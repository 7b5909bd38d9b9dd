import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemSchema } from '../problems/problem.ts';
import { Random } from '../stats/random.ts';
import { assessProof } from './assess.ts';
import { canonicalForm, splitOf } from './canonical.ts';
import { type LabExamplesOptions, labExamples, labProblems } from './data.ts';
import { statementOf } from './fixtures/statement-of.ts';
import { LAB_PROFILES } from './generator.ts';
import { CURRICULUM_END, drawTask, type LabStage, ONE_PROOF, RECITE_ALONE } from './mixture.ts';
import type { LabExample, LabTask } from './skills.ts';
import { STUDENTS } from './student.ts';
import { parseStatement, parseSteps } from './text.ts';

const words = (example: LabExample): number =>
  example.messages.reduce((sum, { content }) => sum + content.trim().split(/\s+/).length, 0);

function texts(stage: LabStage, changes: Partial<LabExamplesOptions> = {}): LabExample[] {
  const profile = LAB_PROFILES.main;
  return [
    ...labExamples({
      stage,
      profile,
      seed: 1,
      tokenBudget: 200_000,
      countTokens: words,
      student: STUDENTS.main,
      ...changes,
    }),
  ];
}

function formOf(example: LabExample): string {
  const parsed = parseStatement(statementOf(example.messages[0].content));
  assert.ok(parsed.ok);
  return canonicalForm(parsed.problem);
}

function shares(examples: readonly LabExample[]): Partial<Record<LabTask, number>> {
  const counts: Partial<Record<LabTask, number>> = {};
  for (const { task } of examples) counts[task] = (counts[task] ?? 0) + 1 / examples.length;
  return counts;
}

function disjoint(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].every((form) => !b.has(form));
}

test('train, validation, test and the texts have no problem in common, under any renaming', () => {
  for (const profile of [LAB_PROFILES.main, LAB_PROFILES.quick]) {
    const forms = (['train', 'validation', 'test'] as const).map((split) => {
      const items = [...labProblems({ profile, seed: 1, split, count: split === 'train' ? 1000 : 100 })];
      for (const { problem, form } of items) {
        const parsed = parseStatement(problem.statement);
        assert.ok(parsed.ok && canonicalForm(parsed.problem) === form);
      }
      return new Set(items.map(({ form }) => form));
    });
    const [train, validation, held] = forms;
    assert.ok(train && validation && held);
    assert.equal(held.size, 100, 'test problems are distinct');
    assert.ok(disjoint(train, validation) && disjoint(train, held) && disjoint(validation, held));
    for (const stage of ['pretrain', 'sft', 'judge'] as const) {
      const written = new Set(texts(stage, { profile, tokenBudget: 60_000 }).map(formOf));
      assert.ok(disjoint(written, validation) && disjoint(written, held), stage);
    }
    assert.ok(
      texts('sft', { profile, tokenBudget: 20_000, split: 'validation' }).every(
        (x) => splitOf(formOf(x)) === 'validation',
      ),
    );
  }
});

test('forms that the caller excludes do not come', () => {
  const before = new Set(texts('sft', { tokenBudget: 20_000 }).map(formOf));
  const after = new Set(texts('sft', { tokenBudget: 20_000, exclude: before }).map(formOf));
  assert.ok(disjoint(after, before));
});

test('problems have ids, schemes, a solution that earns all points, and tags of difficulty', () => {
  const items = [...labProblems({ profile: LAB_PROFILES.main, seed: 1, split: 'test', count: 20 })];
  assert.equal(items[7]?.problem.id, 'lab-test-0007');
  for (const { problem } of items) {
    assert.deepEqual(problemSchema.parse(JSON.parse(JSON.stringify(problem))), problem);
    const parsed = parseStatement(problem.statement);
    assert.ok(parsed.ok);
    assert.equal(assessProof(parsed.problem, parseSteps(problem.solutions[0] ?? '')).points, 7);
    const { steps, rules, deadEnds, distractors } = problem.tags;
    assert.equal(Number(steps) + Number(deadEnds) + Number(distractors), rules);
    assert.equal(problem.source, 'lab');
  }
});

test('the same seed gives the same stream; the stream ends when the budget is reached', () => {
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    const first = texts(stage, { tokenBudget: 20_000 });
    assert.deepEqual(texts(stage, { tokenBudget: 20_000 }), first);
    assert.notDeepEqual(texts(stage, { tokenBudget: 20_000, seed: 2 }), first);
    const used = first.reduce((sum, example) => sum + words(example), 0);
    const last = first.at(-1);
    assert.ok(last && used >= 20_000 && used - words(last) < 20_000);
  }
  const problems = (seed: number) => [
    ...labProblems({ profile: LAB_PROFILES.quick, seed, split: 'test', count: 20 }),
  ];
  assert.deepEqual(problems(1), problems(1));
  assert.notDeepEqual(problems(1), problems(2));
});

test('pre-training begins with reciting, on small problems, and ends without', () => {
  const stream = texts('pretrain');
  const at = (from: number, to: number) => stream.slice(from * stream.length, to * stream.length);
  assert.ok(at(0, 0.1).every(({ task }) => task === 'recite'));
  const settled = at(0.45, 1);
  assert.ok(settled.every(({ task, tags }) => task !== 'recite' && Number(tags.steps) >= 2));
  const settledShares = shares(settled);
  const expected = { prove: 0.6, rc: 0.25, summarise: 0.15 };
  for (const [task, share] of Object.entries(expected))
    assert.ok(Math.abs((settledShares[task as LabTask] ?? 0) - share) < 0.04, task);

  const random = new Random('mixture');
  const rate = (progress: number, what: (draw: { task: LabTask; small: boolean }) => boolean): number =>
    Array.from({ length: 2000 }, () => drawTask('pretrain', progress, random)).filter(what).length / 2000;
  const middle = (RECITE_ALONE + CURRICULUM_END) / 2;
  assert.ok(Math.abs(rate(middle, ({ task }) => task === 'recite') - 0.5) < 0.05);
  assert.ok(Math.abs(rate(CURRICULUM_END / 2, ({ small }) => small) - 0.5) < 0.05);
  assert.equal(
    rate(CURRICULUM_END, ({ task, small }) => task === 'recite' || small),
    0,
  );
});

test('fine-tuning is the teacher, its summaries and the replay, in the shares asked for', () => {
  const near = (actual: number | undefined, expected: number) =>
    assert.ok(Math.abs((actual ?? 0) - expected) < 0.04, `${actual}, expected ${expected}`);
  const standard = shares(texts('sft'));
  near(standard.teach, 0.6);
  near(standard['teach-rc'], 0.1);
  near(standard.summarise, 0.3);
  assert.equal(standard.rc, undefined, 'summaries are answered in the style of the teacher only');
  const plain = shares(texts('sft', { mixture: { sftReplay: 0, sftSummaries: 0.5 } }));
  assert.deepEqual(Object.keys(plain).sort(), ['teach', 'teach-rc']);
  near(plain.teach, 0.5);
});

test('the teacher can write several proofs about one problem', () => {
  const proofs = (teacherTexts: number) =>
    texts('sft', { teacherTexts })
      .filter(({ task }) => task === 'teach')
      .map(({ messages }) => messages.map(({ content }) => content));
  const byProblem = Map.groupBy(proofs(4), ([prompt]) => prompt);
  const counts = [...byProblem.values()].map((own) => own.length);
  assert.ok(counts.slice(0, -1).every((count) => count % 4 === 0));
  const different = [...byProblem.values()].filter((own) => new Set(own.map((text) => text.at(-1))).size > 1);
  assert.ok(different.length > 0.9 * byProblem.size, 'they differ');
});

test('texts for a validation loss can stand at the end of the curriculum', () => {
  const validation = texts('pretrain', { tokenBudget: 20_000, progress: 1 });
  assert.ok(validation.every(({ task }) => task !== 'recite'));
});

test('a text without tokens is an error, not an endless stream', () => {
  assert.throws(() => texts('sft', { countTokens: () => 0 }), RangeError);
});

test('the judge reads one proof at a time first, of small problems, and then has each skill in its share', () => {
  const stream = texts('judge', { tokenBudget: 500_000 });
  const lengths = stream.map(words);
  const bound = lengths.reduce((sum, count) => sum + count, 0) * ONE_PROOF;
  let used = 0;
  const begun = stream.filter((_, i) => {
    const before = used;
    used += lengths[i] ?? 0;
    return before < bound;
  });
  assert.ok(begun.slice(0, -2).every(({ task }) => task === 'judge'));
  const settled = shares(stream.slice(begun.length + 2));
  for (const [task, share] of Object.entries({ judge: 0.5, compare: 0.5 }))
    assert.ok(Math.abs((settled[task as LabTask] ?? 0) - share) < 0.05, task);
  // Problems of one step are of the small profile.
  const oneStep = (examples: readonly LabExample[]) => examples.filter(({ tags }) => tags.steps === 1).length;
  assert.ok(oneStep(begun.slice(0, begun.length / 4)) > 0);
  assert.equal(oneStep(stream.slice(begun.length)), 0);
});
