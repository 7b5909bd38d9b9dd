import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { BenchJudge } from '../../bench/grade-once.ts';
import { openJournal } from '../../journal/open-journal.ts';
import type { ChatRequest, Reply } from '../../model/chat-model.ts';
import { ModelError } from '../../model/model-error.ts';
import { type ScriptedModel, scriptedModel } from '../../prove/fixtures/scripted-model.ts';
import { type AskStepRun, runAskStep } from '../ask/run-ask-step.ts';
import type { DataRow } from '../data-row.ts';
import { readDataRows, type StepRecord } from '../step-files.ts';
import { difficultyOf, isEnough } from './difficulty-of.ts';
import { type DifficultySettings, difficultyStep, rowsAtOnce } from './difficulty-step.ts';
import {
  difficultyFiguresSchema,
  difficultyPicture,
  drawDifficulty,
  lengthsPicture,
} from './draw-difficulty.ts';

const by = { model: 'm', judge: 'j', mayStop: false };

test('NULL-NOT-ZERO: an attempt without a grade is counted and is in no mean; without any there is no difficulty', () => {
  const difficulty = difficultyOf([7, null, 0, null, 3.5], by);
  assert.equal(difficulty?.attempts, 3);
  assert.equal(difficulty?.ungraded, 2);
  assert.equal(difficulty?.meanReward, 0.5);
  assert.equal(difficulty?.solved, 1);
  assert.deepEqual(difficulty?.points, [7, null, 0, null, 3.5]);
  assert.equal(difficultyOf([null, null], by), undefined);
});

test('there are enough attempts when the interval is narrow, but what nobody solved goes on unless asked otherwise', () => {
  const zeros = new Array<number>(60).fill(0);
  assert.equal(isEnough(zeros, { width: 0.1, unsolved: false }), false);
  assert.equal(isEnough(zeros, { width: 0.1, unsolved: true }), true);
  assert.equal(isEnough(zeros, { unsolved: true }), false);
  assert.equal(isEnough([7, 7, 7, 7], { width: 0.1, unsolved: false }), false);
  assert.equal(isEnough(new Array<number>(64).fill(7), { width: 0.1, unsolved: false }), true);
  // Attempts without a grade tell nothing.
  assert.equal(isEnough(new Array<null>(200).fill(null), { width: 0.5, unsolved: true }), false);
});

/** Statements say how often a proof is right: `Solved in 25 of 100.` */
const rows = [
  ['easy', 'Solved in 100 of 100.'],
  ['even', 'Solved in 50 of 100.'],
  ['never', 'Solved in 0 of 100.'],
].map(([id, statement]) => ({ id, statement, source: 'test' }));

function solver(more: Parameters<typeof scriptedModel>[0] = {}): ScriptedModel {
  return scriptedModel({
    price: { prompt: 1, completion: 1 },
    reply: ({ messages, seed }): Partial<Reply> => {
      const share = Number(/Solved in (\d+)/.exec(messages[0]?.content ?? '')?.[1]);
      const isRight = (seed % 9973) / 9973 < share / 100;
      return {
        ...{ answer: `${isRight ? 'right' : 'wrong'} ${seed}`, finish: 'stop' },
        usage: { promptTokens: 20, completionTokens: 100 + (seed % 100) },
      };
    },
    ...more,
  });
}

/** Asks its model once, and reads points or nothing. */
function judgeOf(model: ScriptedModel): BenchJudge {
  return {
    ...{ name: 'judge', models: [model] },
    grade: async (_, proof, { call }) => {
      const messages = [{ role: 'user' as const, content: proof }];
      try {
        const reply = await call?.('grade', model, { messages, maxTokens: 10, temperature: 0, seed: 1 });
        const points = Number(reply?.answer);
        if (Number.isNaN(points))
          return { kind: 'ungraded', cause: 'unparsable', detail: `${reply?.answer}`, grader: 'judge' };
        return { kind: 'graded', points, report: '', items: [], grader: 'judge' };
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return { kind: 'ungraded', cause: 'call-failed', detail: error.message, grader: 'judge' };
      }
    },
  };
}

const grades = (reply: (proof: string) => string = (proof) => (proof.startsWith('right') ? '7' : '0')) =>
  scriptedModel({
    name: 'judge',
    price: { prompt: 1, completion: 1 },
    reply: ({ messages }) => ({ answer: reply(messages[0]?.content ?? '') }),
  });

interface Place {
  readonly input: string;
  readonly out: string;
}

function scratch(t: { after(work: () => void): void }): Place {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-difficulty-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const input = path.join(directory, 'in.jsonl');
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { input, out: path.join(directory, 'out') };
}

async function measure(
  { input, out }: Place,
  model: ScriptedModel,
  judge: ScriptedModel,
  more: Partial<DifficultySettings> = {},
  limits: Partial<AskStepRun> = {},
): Promise<{
  readonly record: StepRecord | undefined;
  readonly failed: number;
  readonly kept: readonly DataRow[];
}> {
  const settings: DifficultySettings = {
    attempting: {
      ...{ model, maxTokens: 200, temperature: 1 },
      ask: (statement) => [{ role: 'user', content: statement }],
    },
    ...{ prompt: 'statement', judge: judgeOf(judge), attempts: 32, round: 8, parallel: 12 },
    ...{ stopping: { unsolved: false }, mostUngraded: 0.25, lengthShare: 0.95, seed: 1 },
    ...more,
  };
  const journal = await openJournal(out);
  try {
    const { record, failed } = await runAskStep(difficultyStep(settings), {
      ...{ input, out, journal, parallel: rowsAtOnce(settings), seed: 1, graceSeconds: 0, mostFailed: 0 },
      budgets: { run: {}, problem: {}, sitting: {} },
      stopping: new AbortController().signal,
      ...limits,
    });
    const kept: DataRow[] = [];
    if (record !== undefined) for await (const { item } of readDataRows(out)) kept.push(item);
    return { record, failed, kept };
  } finally {
    await journal.close();
  }
}

test('every problem gets its attempts and its difficulty, and the step its figures and pictures', async (t) => {
  const place = scratch(t);
  const model = solver();
  const { record, kept } = await measure(place, model, grades());
  assert.equal(model.asked.length, 96);
  assert.ok(model.mostAtOnce() <= 12, `${model.mostAtOnce()} at once`);
  assert.equal(new Set(model.asked.map(({ seed }) => seed)).size, 96);
  const rewards = kept.map(({ difficulty }) => difficulty?.meanReward);
  assert.equal(rewards[0], 1);
  assert.ok((rewards[1] ?? 0) > 0.2 && (rewards[1] ?? 1) < 0.8);
  assert.equal(rewards[2], 0);
  assert.deepEqual(kept[2]?.difficulty?.interval[0], 0);
  assert.equal(kept[1]?.difficulty?.points?.length, 32);
  const figures = difficultyFiguresSchema.parse(record?.figures);
  assert.deepEqual(figures.attempts, { made: 96, saved: 0, problemsStopped: 0, ungraded: 0 });
  assert.equal(figures.solvedProblems?.count, 2);
  assert.equal(figures.lengths?.responses, 96);
  const { tokens } = figures.lengths?.within ?? {};
  assert.ok(tokens != null && tokens >= 185 && tokens <= 199, `${tokens}`);
  await drawDifficulty(place.out, record ?? { figures: {} });
  assert.match(readFileSync(path.join(place.out, difficultyPicture), 'utf8'), /measured: 3/);
  assert.match(readFileSync(path.join(place.out, lengthsPicture), 'utf8'), /95 % end within/);
});

test('the same rows come out of any number of attempts at once', async (t) => {
  const bytes: string[] = [];
  for (const parallel of [1, 16]) {
    const place = scratch(t);
    await measure(place, solver(), grades(), { parallel, stopping: { width: 0.4, unsolved: false } });
    bytes.push(readFileSync(path.join(place.out, 'rows.jsonl'), 'utf8'));
  }
  assert.equal(bytes[0], bytes[1]);
});

test('a problem stops at the end of a round when its interval is narrow; what nobody solved gets all', async (t) => {
  const [whole, stopped] = [scratch(t), scratch(t)];
  const all = await measure(whole, solver(), grades());
  const stopping = { width: 0.3, unsolved: false };
  const { kept, record } = await measure(stopped, solver(), grades(), { stopping });
  const made = kept.map(({ difficulty }) => difficulty?.points?.length ?? 0);
  assert.deepEqual(made, [16, 32, 32]);
  const { interval } = kept[0]?.difficulty ?? { interval: [0, 1] };
  assert.ok(interval[1] - interval[0] <= 0.3);
  const { attempts } = difficultyFiguresSchema.parse(record?.figures);
  assert.deepEqual([attempts.saved, attempts.problemsStopped], [16, 1]);
  // What was made is what would have been made.
  for (const [i, row] of kept.entries())
    assert.deepEqual(row.difficulty?.points, all.kept[i]?.difficulty?.points?.slice(0, made[i]));
  const unsolved = await measure(scratch(t), solver(), grades(), {
    stopping: { ...stopping, unsolved: true },
  });
  assert.deepEqual(
    unsolved.kept.map(({ difficulty }) => difficulty?.points?.length),
    [16, 32, 16],
  );
});

test('NULL-NOT-ZERO: a verdict that cannot be read is asked for again and is then no grade; too many, and the row is set aside', async (t) => {
  const judge = grades((proof) => (proof.startsWith('right') ? '7' : 'who knows'));
  const { kept, record } = await measure(scratch(t), solver(), judge, { mostUngraded: 0.8 });
  const [easy, even] = kept;
  assert.deepEqual(
    kept.map(({ id }) => id),
    ['easy', 'even'],
  );
  assert.equal(easy?.difficulty?.ungraded, 0);
  assert.ok((even?.difficulty?.ungraded ?? 0) > 0);
  assert.equal(even?.difficulty?.meanReward, 1);
  assert.deepEqual(record?.dropped, { ungraded: { test: 1 } });
  const wrong = judge.asked.filter(({ messages }) => messages[0]?.content.startsWith('wrong')).length;
  const { attempts } = difficultyFiguresSchema.parse(record?.figures);
  assert.equal(wrong, 2 * attempts.ungraded);
});

test('PAY-ONCE: where the judge’s server is down rows are not finished; then only what is missing is asked for', async (t) => {
  const place = scratch(t);
  let isDown = true;
  const model = solver();
  const judge = grades((proof) => {
    if (isDown && proof.endsWith('7'))
      throw new ModelError('the server is down', { kind: 'overloaded', isRetryable: true });
    return proof.startsWith('right') ? '7' : '0';
  });
  const first = await measure(place, model, judge);
  assert.equal(first.record, undefined);
  assert.equal(first.failed, 3);
  const before = judge.asked.length;
  isDown = false;
  const attempted = new Set(model.asked.map(({ seed }) => seed)).size;
  assert.equal(model.asked.length, attempted);
  const { kept } = await measure(place, model, judge);
  assert.equal(model.asked.length, 96);
  assert.equal(kept.length, 3);
  const twin = await measure(scratch(t), solver(), grades());
  assert.deepEqual(
    kept.map(({ difficulty }) => difficulty),
    twin.kept.map(({ difficulty }) => difficulty),
  );
  // Every grade that was on record is not asked for again: in all each proof once, and those that failed before.
  const failures = judge.asked.slice(0, before).filter(({ messages }) => messages[0]?.content.endsWith('7'));
  assert.ok(failures.length > 0);
  assert.equal(judge.asked.length, 96 + failures.length);
});

test('reasoning that did not end is no proof: 0 without asking the judge, and its length is cut', async (t) => {
  const judge = grades();
  const model = solver({
    reply: ({ seed, maxTokens }: ChatRequest): Partial<Reply> => ({
      ...{ answer: seed % 2 === 0 ? undefined : `right ${seed}` },
      finish: seed % 2 === 0 ? 'length' : 'stop',
      usage: { promptTokens: 20, completionTokens: seed % 2 === 0 ? maxTokens : 50 },
    }),
  });
  const { record, kept } = await measure(scratch(t), model, judge);
  const cut = model.asked.filter(({ seed }) => seed % 2 === 0).length;
  assert.equal(judge.asked.length, 96 - cut);
  const { lengths, attempts } = difficultyFiguresSchema.parse(record?.figures);
  assert.equal(attempts.ungraded, 0);
  assert.deepEqual([lengths?.cut, lengths?.within.tokens], [cut, null]);
  assert.ok(kept.every(({ difficulty }) => difficulty?.points?.includes(0)));
});

test('a statement that is too long for the model is set aside, not asked about for ever', async (t) => {
  const model = solver({
    reply: ({ messages }): Partial<Reply> => {
      if (messages[0]?.content.includes('50 of'))
        throw new ModelError('the context is full', { kind: 'context-length', isRetryable: false });
      return { answer: 'right' };
    },
  });
  const { record } = await measure(scratch(t), model, grades());
  assert.deepEqual(record?.dropped, { 'too-long': { test: 1 } });
});

test('BUDGET-CAP: a budget refuses attempts and never shortens them: what is measured is the model, not the budget', async (t) => {
  const place = scratch(t);
  const model = solver();
  const budgets = { run: { tokens: 3000 }, problem: {}, sitting: {} };
  const poor = await measure(place, model, grades(), {}, { budgets });
  assert.equal(poor.record, undefined);
  assert.ok(model.asked.length > 0 && model.asked.length < 96, `${model.asked.length}`);
  assert.ok(model.asked.every(({ maxTokens }) => maxTokens === 200));
  const { kept } = await measure(place, model, grades());
  assert.equal(model.asked.length, 96);
  assert.equal(kept.length, 3);
});
