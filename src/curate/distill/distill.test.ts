import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { BenchJudge } from '../../bench/grade-once.ts';
import { openJournal } from '../../journal/open-journal.ts';
import type { Reply } from '../../model/chat-model.ts';
import { supervisedExampleSchema } from '../../problems/examples.ts';
import { type ScriptedModel, scriptedModel } from '../../prove/fixtures/scripted-model.ts';
import { createChatFormat } from '../../tokenizer/chat-format.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import { qwenTokenizerConfigJson } from '../../tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../../tokenizer/train-bpe.ts';
import { runAskStep } from '../ask/run-ask-step.ts';
import type { StepRecord } from '../step-files.ts';
import { structureOf } from './completion.ts';
import { type DistillSettings, distillStep } from './distill-step.ts';
import { DistilledFiles } from './distilled-files.ts';
import { columnSlug, type KeptSample } from './released-row.ts';
import { chooseSample } from './sample-choice.ts';
import { studentMessages, textTokens } from './student-form.ts';

const completion = {
  ...{ reasoning: 'Look.', answer: '## Proof\nIt holds.', finish: 'stop' as const },
  ...{ promptTokens: 10, completionTokens: 50 },
};
const rules = { proof: 'section' as const, needsReasoning: true };

test('each way to lack the structure has its code; a right structure gives the proof', () => {
  const codeOf = (more: object, own = rules) => {
    const structure = structureOf({ ...completion, ...more }, own);
    return structure.ok ? structure.proof : structure.code;
  };
  assert.equal(codeOf({}), 'It holds.');
  assert.equal(codeOf({ answer: undefined, finish: 'length' }), 'reasoning-open');
  assert.equal(codeOf({ finish: 'length' }), 'not-finished');
  assert.equal(codeOf({ reasoning: ' ' }), 'no-reasoning');
  assert.equal(codeOf({ reasoning: ' ' }, { ...rules, needsReasoning: false }), 'It holds.');
  assert.equal(codeOf({ answer: '  ' }), 'no-proof');
  assert.equal(codeOf({ answer: 'It holds.' }), 'no-proof-section');
  assert.equal(structureOf({ ...completion, answer: 'It holds.' }, { ...rules, proof: 'whole' }).ok, true);
});

test('a reply has the marks of the thinking block as its family writes them', () => {
  const ask = (content: string) => [{ role: 'user' as const, content }];
  const text = (layout: 'lines' | 'words', reasoning: string) =>
    studentMessages({ ask, layout }, 'Why?', { reasoning, proof: 'Thus.' }).at(-1)?.content;
  assert.equal(text('lines', ' Look.\n'), '<think>\nLook.\n</think>\n\nThus.');
  assert.equal(text('lines', ''), 'Thus.');
  assert.equal(text('words', 'Look.'), '<think> Look.</think> Thus.');
});

test('one sample of each problem: at random by the seed, or the best graded; without a grade only where none has one', () => {
  const sample = (number: number, points: number | null): KeptSample => ({
    ...{ sample: number, points, reasoning: '', proof: '', messages: [], tokens: 1 },
  });
  const samples = [sample(0, 3), sample(1, null), sample(2, 6), sample(3, 6)];
  const chosen = (choice: 'random' | 'best-graded', seed: number, of = samples) =>
    chooseSample(of, { choice, problem: 'p', seed })?.sample;
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);
  assert.deepEqual(new Set(seeds.map((seed) => chosen('best-graded', seed))), new Set([2, 3]));
  assert.equal(new Set(seeds.map((seed) => chosen('random', seed))).size, 4);
  assert.equal(chosen('random', 7), chosen('random', 7));
  assert.equal(chosen('best-graded', 1, [sample(5, null)]), 5);
  assert.equal(chosen('random', 1, []), undefined);
});

test('columns are named as in the released set', () => {
  assert.equal(columnSlug('Qwen/Qwen3-4B-Thinking-2507'), 'qwen3-4b-thinking-2507');
  assert.equal(columnSlug('openai:http://host/v1#Gemini 3 Pro'), 'gemini-3-pro');
});

const rows = Array.from({ length: 4 }, (_, i) => ({
  ...{
    id: `p${i}`,
    statement: `Statement ${i}.`,
    source: 'test',
    tags: { category: 'Algebra', contest: 'IMO' },
  },
  difficulty: {
    model: 'm',
    judge: 'j',
    attempts: 128,
    ungraded: 0,
    meanReward: i / 8,
    interval: [0, 1],
    solved: i,
  },
}));

/** Problem 3 never closes its reasoning; the second sample of problem 1 has no section; both of problem 2 are the same. */
function teacherOf(): ScriptedModel {
  const made = new Map<string, number>();
  return scriptedModel({
    price: { prompt: 1, completion: 1 },
    reply: ({ messages, seed, maxTokens }): Partial<Reply> => {
      const statement = /\d+/.exec(messages[0]?.content ?? '')?.[0] ?? '';
      const number = made.get(statement) ?? 0;
      made.set(statement, number + 1);
      if (statement === '3')
        return {
          ...{ reasoning: 'Hm', answer: undefined, finish: 'length' },
          usage: { promptTokens: 20, completionTokens: maxTokens },
        };
      const proof = statement === '2' ? 'Always so.' : `It holds by ${seed}.`;
      return {
        reasoning: statement === '2' ? 'Same.' : `Look ${seed}.`,
        answer: statement === '1' && number === 1 ? proof : `## Proof\n\n${proof}`,
        usage: { promptTokens: 20, completionTokens: 60 },
      };
    },
  });
}

interface Place {
  readonly input: string;
  readonly out: string;
}

function scratch(t: { after(work: () => void): void }): Place {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-distill-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const input = path.join(directory, 'in.jsonl');
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { input, out: path.join(directory, 'out') };
}

async function distill(
  { input, out }: Place,
  teacher: ScriptedModel,
  more: Partial<DistillSettings> = {},
): Promise<StepRecord | undefined> {
  const ask = (statement: string) => [{ role: 'user' as const, content: statement }];
  const step = distillStep({
    teacher: { model: teacher, ask, maxTokens: 200, temperature: 1 },
    prompts: { teacher: 'statement', student: 'statement' },
    ...{
      samples: 2,
      rules,
      maxTextTokens: undefined,
      judge: undefined,
      choice: 'random',
      parallel: 3,
      seed: 1,
    },
    student: { ask, layout: 'lines', format: undefined, chatTemplate: undefined },
    columns: { grade: undefined, reward: 'm-reward@128' },
    files: new DistilledFiles(out),
    ...more,
  });
  const journal = await openJournal(out);
  try {
    const { record } = await runAskStep(step, {
      ...{ input, out, journal, parallel: 3, seed: 1, graceSeconds: 0, mostFailed: 0 },
      budgets: { run: {}, problem: {}, sitting: {} },
      stopping: new AbortController().signal,
    });
    return record;
  } finally {
    await journal.close();
  }
}

function linesOf({ out }: Place, file: string): Record<string, unknown>[] {
  const text = readFileSync(path.join(out, file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('what has the structure stays under the released names, in both variants; what leaves has its code', async (t) => {
  const place = scratch(t);
  const record = await distill(place, teacherOf());
  const all = linesOf(place, 'all.jsonl');
  assert.equal(all.length, 4);
  assert.deepEqual(Object.keys(all[0] ?? {}), [
    ...['problem', 'reasoning_content', 'proof', 'category', 'competition', 'm-reward@128', 'source'],
    ...['messages', 'tags'],
  ]);
  assert.deepEqual(
    [all[2]?.category, all[2]?.competition, all[2]?.['m-reward@128'], all[2]?.source],
    ['Algebra', 'IMO', 0.125, 'test'],
  );
  for (const row of all) {
    const { messages, tags } = supervisedExampleSchema.parse(row);
    assert.match(messages[1]?.content ?? '', /^<think>\n.+\n<\/think>\n\n(It holds|Always)/);
    assert.ok(!messages[1]?.content.includes('## Proof'));
    assert.match(String(tags.problem), /^p\d$/);
  }
  const one = linesOf(place, 'one-per-problem.jsonl');
  assert.deepEqual(
    one.map(({ problem }) => problem),
    ['Statement 0.', 'Statement 1.', 'Statement 2.'],
  );
  const reasons = linesOf(place, 'left.jsonl').map(({ problem, reason }) => `${problem} ${reason}`);
  assert.deepEqual(reasons.sort(), [
    ...['p1 no-proof-section', 'p2 same-text', 'p3 reasoning-open', 'p3 reasoning-open'],
  ]);
  assert.deepEqual(record?.dropped, { 'no-valid-completion': { test: 1 } });
  assert.deepEqual(record?.figures.samples, {
    ...{ made: 8, kept: 4 },
    left: { 'no-proof-section': 1, 'reasoning-open': 2, 'same-text': 1 },
  });
  assert.deepEqual(record?.figures.variants, { all: 4, onePerProblem: 3 });
});

test('PAY-ONCE: another cap or choice samples nothing again, and the files are the new ones', async (t) => {
  const place = scratch(t);
  const teacher = teacherOf();
  await distill(place, teacher);
  const json = trainByteLevelBpe(['It holds by.'], { vocabularySize: 300 });
  const configJson = qwenTokenizerConfigJson({ contextLength: 1024 });
  const format = createChatFormat(loadTokenizer(json, configJson));
  const ask = (statement: string) => [{ role: 'user' as const, content: statement }];
  const student = { ask, layout: 'lines' as const, format, chatTemplate: 'abc' };
  const lengths = linesOf(place, 'all.jsonl').map((row) =>
    textTokens(format, supervisedExampleSchema.parse(row).messages),
  );
  const cap = Math.min(...lengths);
  const record = await distill(place, teacher, { student, maxTextTokens: cap });
  assert.equal(teacher.asked.length, 8);
  const all = linesOf(place, 'all.jsonl');
  assert.equal(all.length, lengths.filter((length) => length <= cap).length);
  assert.ok(all.every((row) => row.chat_template_sha256 === 'abc'));
  const { left } = (record?.figures.samples ?? { left: {} }) as { left: Record<string, number> };
  assert.equal(left['too-long'], lengths.filter((length) => length > cap).length);
});

test('NULL-NOT-ZERO: grades are of what stays, and where a judge fails there is none', async (t) => {
  const graded: string[] = [];
  const judge: BenchJudge = {
    ...{ name: 'exact', models: [] },
    grade: async (problem, proof) => {
      graded.push(proof);
      return problem.id === 'p0'
        ? { kind: 'ungraded', cause: 'undecided', detail: '', grader: 'exact' }
        : { kind: 'graded', points: 5, report: '', items: [], grader: 'exact' };
    },
  };
  const place = scratch(t);
  const columns = { grade: 'exact-grade', reward: undefined };
  const record = await distill(place, teacherOf(), { judge, columns, choice: 'best-graded' });
  assert.equal(graded.length, 5);
  assert.ok(graded.every((proof) => !proof.includes('##')));
  const points = linesOf(place, 'all.jsonl').map((row) => row['exact-grade']);
  assert.deepEqual(points, [null, null, 5, 5]);
  assert.deepEqual(record?.figures.grades, { points: { 5: 2 }, ungraded: 2 });
});

test('a step that fails while it writes leaves the files of the one before', async (t) => {
  const place = scratch(t);
  const teacher = teacherOf();
  await distill(place, teacher);
  const before = readFileSync(path.join(place.out, 'all.jsonl'), 'utf8');
  const ask = (statement: string) => {
    if (statement.includes('2')) throw new Error('broken');
    return [{ role: 'user' as const, content: statement }];
  };
  const student = { ask, layout: 'lines' as const, format: undefined, chatTemplate: undefined };
  await assert.rejects(distill(place, teacher, { student }), /broken/);
  assert.equal(readFileSync(path.join(place.out, 'all.jsonl'), 'utf8'), before);
  assert.equal(existsSync(path.join(place.out, 'all.jsonl.part')), false);
  assert.ok(existsSync(path.join(place.out, 'step.json')));
});
