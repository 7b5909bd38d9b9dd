import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Grade } from '../grade/grade.ts';
import { gradingDigest } from '../grade/judge-material.ts';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import type { Journal } from '../journal/journal.ts';
import { ModelError } from '../model/model-error.ts';
import { type ScriptedModel, scriptedModel } from '../prove/fixtures/scripted-model.ts';
import { problemNumber, threeAndMerge } from '../prove/fixtures/settings.ts';
import type { BenchJudge } from './grade-once.ts';
import { type BenchEvent, type BenchOutcome, type BenchRequest, runBench } from './run-bench.ts';

const free = { prompt: 0, completion: 0 };
const callsOfAnAttempt = 7;

/** A judge of one call, whose reply decides: points, or what is to happen. */
function judgeOf(model: ScriptedModel, name = 'judge-1'): BenchJudge {
  return {
    name,
    models: [model],
    async grade(problem, proof, { call, seed }): Promise<Grade> {
      assert.ok(call !== undefined);
      const messages = [{ role: 'user' as const, content: `${problem.statement} ${proof}` }];
      try {
        const { answer = '' } = await call('grade', model, { messages, maxTokens: 50, temperature: 1, seed });
        const points = Number(answer);
        return Number.isInteger(points)
          ? { kind: 'graded', points, report: answer, items: [], grader: name }
          : { kind: 'ungraded', cause: 'unparsable', detail: answer, grader: name };
      } catch (error) {
        // A judge that takes whatever happens for a failed call: the run must see through it.
        const detail = error instanceof Error ? error.message : String(error);
        return { kind: 'ungraded', cause: 'call-failed', detail, grader: name };
      }
    },
  };
}

const three = () => scriptedModel({ name: 'judge', price: free, reply: () => ({ answer: '3' }) });

async function sitting(
  directory: string,
  model: ScriptedModel,
  more: Partial<BenchRequest> & { readonly count?: number } = {},
): Promise<BenchOutcome & { readonly events: BenchEvent[] }> {
  const { count = 3, ...rest } = more;
  const journal = openInProcess(directory);
  const events: BenchEvent[] = [];
  try {
    const outcome = await runBench({
      problems: Array.from({ length: count }, (_, index) => problemNumber(index)),
      runs: 2,
      parallel: 4,
      scaffold: threeAndMerge,
      models: { main: model, byRole: new Map() },
      maxTokens: 400,
      temperature: 0.7,
      budgets: { run: {}, problem: {}, sitting: {} },
      journal,
      seed: 1,
      stopping: new AbortController().signal,
      graceSeconds: 0,
      onEvent: (event) => events.push(event),
      ...rest,
    });
    return { ...outcome, events };
  } finally {
    await journal.close();
  }
}

function scores({ records }: BenchOutcome, judge = 'judge-1'): (number | null | undefined)[] {
  return [...records.attempts()]
    .sort((a, b) => (`${a.problem} ${a.run}` < `${b.problem} ${b.run}` ? -1 : 1))
    .map(
      (row) =>
        records.grade(judge, {
          ...row,
          material: gradingDigest(problemNumber(Number(row.problem.slice(1)))),
        })?.points,
    );
}

test('PAY-ONCE: every problem is attempted and graded so often, and nothing of it again', async (t) => {
  const directory = temporaryDirectory(t);
  const [model, judge] = [scriptedModel({ price: free }), three()];
  const outcome = await sitting(directory, model, { judge: judgeOf(judge) });
  assert.deepEqual(scores(outcome), [3, 3, 3, 3, 3, 3]);
  assert.deepEqual([model.asked.length, judge.asked.length], [6 * callsOfAnAttempt, 6]);
  const rows = [...outcome.records.attempts()];
  assert.ok(rows.every(({ calls, promptTokens }) => calls === 7 && promptTokens === 140));

  const again = await sitting(directory, model, { judge: judgeOf(judge) });
  assert.deepEqual([model.asked.length, judge.asked.length], [6 * callsOfAnAttempt, 6]);
  assert.deepEqual(scores(again), scores(outcome));
  assert.deepEqual([...again.records.attempts()], rows);
  // What is finished and graded is not even looked at.
  assert.deepEqual(again.events, []);
});

test('more runs are added, and another judge grades what is there', async (t) => {
  const directory = temporaryDirectory(t);
  const [model, judge] = [scriptedModel({ price: free }), three()];
  await sitting(directory, model, { judge: judgeOf(judge), runs: 1 });
  await sitting(directory, model, { judge: judgeOf(judge), runs: 3 });
  assert.deepEqual([model.asked.length, judge.asked.length], [9 * callsOfAnAttempt, 9]);
  const second = scriptedModel({ name: 'second', price: free, reply: () => ({ answer: '6' }) });
  const outcome = await sitting(directory, model, { judge: judgeOf(second, 'judge-2'), runs: 3 });
  assert.equal(model.asked.length, 9 * callsOfAnAttempt);
  assert.deepEqual(new Set(scores(outcome)), new Set([3]));
  assert.deepEqual(new Set(scores(outcome, 'judge-2')), new Set([6]));
  assert.deepEqual(outcome.records.judges(), ['judge-1', 'judge-2']);
});

test('NULL-NOT-ZERO: what could not be graded or made has no score, and is asked again', async (t) => {
  const directory = temporaryDirectory(t);
  let broken = true;
  const model = scriptedModel({
    price: free,
    reply: ({ messages }) => {
      if (broken && messages[0]?.content.includes('claim 1'))
        throw new ModelError('it fell over', { kind: 'server', isRetryable: false });
      return {};
    },
  });
  const judge = scriptedModel({
    name: 'judge',
    price: free,
    reply: ({ messages }) => ({ answer: broken && messages[0]?.content.includes('claim 2') ? 'hm' : '5' }),
  });
  const before = await sitting(directory, model, { judge: judgeOf(judge) });
  assert.deepEqual(scores(before), [5, 5, null, null]);
  const failed = before.events.filter(({ kind }) => kind === 'failed');
  assert.deepEqual(
    failed.map(({ problem }) => problem),
    [1, 1],
  );
  broken = false;
  const asked = judge.asked.length;
  const after = await sitting(directory, model, { judge: judgeOf(judge) });
  assert.deepEqual(scores(after), [5, 5, 5, 5, 5, 5]);
  // Two gradings that came to nothing and two of attempts that failed.
  assert.equal(judge.asked.length - asked, 4);
});

test('PAY-ONCE: after a failed call of an ensemble its other members are not paid for again', async (t) => {
  const directory = temporaryDirectory(t);
  const model = scriptedModel({ price: free });
  let broken = true;
  const second = scriptedModel({
    name: 'second',
    price: free,
    reply: () => {
      if (broken) throw new ModelError('it fell over', { kind: 'server', isRetryable: false });
      return { answer: '4' };
    },
  });
  const first = three();
  const [one, other] = [judgeOf(first), judgeOf(second)];
  const ensemble: BenchJudge = {
    ...{ name: 'both', models: [first, second] },
    async grade(problem, proof, context) {
      const call: typeof context.call = (label, asked, request) =>
        context.call?.(`${asked.name}-${label}`, asked, request) ?? assert.fail();
      const grades = [];
      for (const judge of [one, other]) grades.push(await judge.grade(problem, proof, { ...context, call }));
      return grades.find(({ kind }) => kind === 'ungraded') ?? grades[0] ?? assert.fail();
    },
  };
  for (let times = 0; times < 2; times += 1) {
    const { records } = await sitting(directory, model, { judge: ensemble, runs: 1 });
    assert.deepEqual(scores({ records } as BenchOutcome, 'both'), [null, null, null]);
  }
  broken = false;
  const after = await sitting(directory, model, { judge: ensemble, runs: 1 });
  assert.deepEqual(scores(after, 'both'), [3, 3, 3]);
  assert.equal(first.asked.length, 3);
});

test('a changed scheme or gold answer makes grades due again, of its problem only', async (t) => {
  const directory = temporaryDirectory(t);
  const [model, judge] = [scriptedModel({ price: free }), three()];
  await sitting(directory, model, { judge: judgeOf(judge), runs: 1 });
  const mended = { ...problemNumber(1), answer: '42' };
  const problems = [problemNumber(0), mended, problemNumber(2)];
  const { records } = await sitting(directory, model, { judge: judgeOf(judge), runs: 1, problems });
  assert.deepEqual([model.asked.length, judge.asked.length], [3 * callsOfAnAttempt, 4]);
  const row = records.attempt('p1', 0) ?? assert.fail();
  assert.equal(records.grade('judge-1', { ...row, material: gradingDigest(mended) })?.points, 3);
});

test('a solver is shown the statement and nothing that a grader goes by', async (t) => {
  const model = scriptedModel({ price: free });
  const judge = three();
  const secret = { ...problemNumber(0), answer: '42', guidelines: 'Look for 42.', solutions: ['It is 42.'] };
  await sitting(temporaryDirectory(t), model, {
    judge: judgeOf(judge),
    problems: [secret],
    // A scaffold that tells all it knows.
    scaffold: async (problem, context) => {
      const messages = [{ role: 'user' as const, content: JSON.stringify(problem) }];
      const { answer } = await context.call('solve', { messages, maxTokens: 10, temperature: 1 });
      return { proof: answer, turns: [] };
    },
  });
  const shown = model.asked.map(({ messages }) => messages.map(({ content }) => content).join('\n'));
  assert.ok(shown.length === 2 && shown.every((text) => text.includes('Prove claim 0')));
  assert.ok(!shown.some((text) => text.includes('42')));
});

test('a model that writes no proof has earned its 0, and no judge is asked', async (t) => {
  const judge = three();
  const model = scriptedModel({ price: free, reply: () => ({ answer: undefined, finish: 'length' }) });
  const outcome = await sitting(temporaryDirectory(t), model, {
    judge: judgeOf(judge),
    scaffold: async (problem, context) => {
      const messages = [{ role: 'user' as const, content: problem.statement }];
      await context.call('solve', { messages, maxTokens: 10, temperature: 1 });
      return { proof: undefined, turns: [] };
    },
  });
  assert.deepEqual(scores(outcome), [0, 0, 0, 0, 0, 0]);
  assert.equal(judge.asked.length, 0);
  assert.ok([...outcome.records.attempts()].every(({ wasCut, digest }) => wasCut && digest === null));
});

test('BUDGET-CAP: attempts and gradings share the budget, and a larger one goes on', async (t) => {
  const directory = temporaryDirectory(t);
  const price = { prompt: 1, completion: 10 };
  const model = scriptedModel({ price });
  const judge = scriptedModel({ name: 'judge', price, reply: () => ({ answer: '4' }) });
  const run = { dollars: 0.02 };
  const small = await sitting(directory, model, {
    judge: judgeOf(judge),
    budgets: { run, problem: {}, sitting: {} },
  });
  assert.ok(small.spent.dollars <= run.dollars && small.spent.dollars > run.dollars / 2);
  assert.ok(small.events.some(({ kind }) => kind === 'refused'));
  // A refused grading is neither a score nor an ungraded proof.
  assert.ok(scores(small).every((score) => score === 4 || score === undefined));
  const large = await sitting(directory, model, {
    judge: judgeOf(judge),
    budgets: { run: { dollars: 100 }, problem: {}, sitting: {} },
  });
  assert.deepEqual(scores(large), [4, 4, 4, 4, 4, 4]);
  assert.ok([...large.records.attempts()].every(({ status }) => status === 'finished'));
});

test("the best at the end of a problem's own budget is its result", async (t) => {
  // It uses all that it may, so nothing of the budget is left.
  const greedy = scriptedModel({
    price: free,
    reply: ({ maxTokens }) => ({ usage: { promptTokens: 20, completionTokens: maxTokens } }),
  });
  const outcome = await sitting(temporaryDirectory(t), greedy, {
    judge: judgeOf(three()),
    budgets: { run: {}, problem: { tokens: 1000 }, sitting: {} },
    runs: 1,
  });
  const rows = [...outcome.records.attempts()];
  assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(['budget']));
  assert.equal(rows.length, 3);
  // Its budget is spent, and its grading is not its own to pay for.
  assert.deepEqual(scores(outcome), [3, 3, 3]);
});

test('a judge without a price is refused where money is capped, before anything is spent', async (t) => {
  const model = scriptedModel({ price: free });
  const budgets = { run: { dollars: 1 }, problem: {}, sitting: {} };
  const judge = judgeOf(scriptedModel({ name: 'unpriced' }));
  await assert.rejects(sitting(temporaryDirectory(t), model, { judge, budgets }), /unpriced.*price/s);
  assert.equal(model.asked.length, 0);
});

test('a run that is stopped anywhere goes on and ends as one that was not', async (t) => {
  const whole = await sitting(temporaryDirectory(t), scriptedModel({ price: free }), {
    judge: judgeOf(three()),
  });
  for (const stopAfter of [1, 5, 8, 20, 30, 44]) await stopped(t, stopAfter, whole);
});

async function stopped(t: TestContext, stopAfter: number, whole: BenchOutcome): Promise<void> {
  const directory = temporaryDirectory(t);
  const stopping = new AbortController();
  let calls = 0;
  const counted = async (_: unknown, signal: AbortSignal | undefined): Promise<void> => {
    calls += 1;
    if (calls === stopAfter) stopping.abort();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  };
  const model = scriptedModel({ price: free, wait: counted });
  const judge = scriptedModel({ name: 'judge', price: free, wait: counted, reply: () => ({ answer: '3' }) });
  const request = { judge: judgeOf(judge), stopping: stopping.signal };
  const first = await sitting(directory, model, request);
  assert.ok(
    scores(first).every((score) => score === 3 || score === undefined),
    'a stop is no grade',
  );
  const second = await sitting(directory, model, { judge: judgeOf(judge) });
  const rows = ({ records }: BenchOutcome) =>
    [...records.attempts()]
      .map(({ seconds: _, ...row }) => row)
      .sort((a, b) => (`${a.problem} ${a.run}` < `${b.problem} ${b.run}` ? -1 : 1));
  assert.deepEqual(rows(second), rows(whole));
  assert.deepEqual(scores(second), scores(whole));
}

test('a full disk ends the run', async (t) => {
  const model = scriptedModel({ price: free });
  const directory = temporaryDirectory(t);
  const journal = openInProcess(directory);
  const full: Journal = {
    ...{ effect: journal.effect.bind(journal), find: journal.find.bind(journal) },
    ...{ events: journal.events.bind(journal), values: journal.values.bind(journal) },
    recorded: journal.recorded.bind(journal),
    append: (stream, key, entry) =>
      stream.startsWith('bench/') ? Promise.reject(new Error('full')) : journal.append(stream, key, entry),
    counts: () => journal.counts(),
    close: () => journal.close(),
  };
  await assert.rejects(sitting(temporaryDirectory(t), model, { journal: full }), /full/);
  await journal.close();
});
