import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import type { ChatModel, ChatRequest } from '../../model/chat-model.ts';
import { ModelError } from '../../model/model-error.ts';
import { dataRowSchema } from '../data-row.ts';
import { readDataRows, readStepRecord } from '../step-files.ts';
import type { AskEvent, AskStep } from './ask-step.ts';
import { type AskStepRun, runAskStep } from './run-ask-step.ts';

interface Scratch {
  readonly input: string;
  readonly out: string;
  write(rows: readonly object[]): void;
}

function scratch(t: { after(work: () => void): void }): Scratch {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-ask-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const input = path.join(directory, 'in.jsonl');
  return {
    input,
    out: path.join(directory, 'out'),
    write: (rows) => writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  };
}

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, statement: `Statement ${i}.`, source: 'test' }));

/** A model whose replies a test writes, and that counts its calls. */
function model(reply: (request: ChatRequest, calls: number) => string | Promise<string>) {
  let calls = 0;
  const chat: ChatModel = {
    name: 'scripted',
    price: { prompt: 1, completion: 1 },
    countPromptTokens: () => 10,
    generate: async (request) => {
      calls += 1;
      const answer = await reply(request, calls);
      return { reasoning: '', answer, finish: 'stop', usage: { promptTokens: 10, completionTokens: 5 } };
    },
  };
  return { chat, calls: () => calls };
}

function stepOf(chat: ChatModel, more: Partial<AskStep> = {}): AskStep {
  return {
    name: 'echo',
    models: [chat],
    asks: { model: chat.name },
    materialOf: ({ statement }) => statement,
    ask: async ({ statement }, { call, seed }) => {
      const messages = [{ role: 'user', content: statement }] as const;
      const reply = await call('echo', chat, { messages, maxTokens: 100, temperature: 0, seed });
      if (reply.answer === 'no') return { kind: 'aside', reason: 'said-no', detail: statement };
      return { kind: 'done', value: reply.answer ?? '' };
    },
    fateOf: (row, answer) => ({ kind: 'keep', row: dataRowSchema.parse({ ...row, answer }) }),
    ...more,
  };
}

async function run(
  { input, out }: Scratch,
  step: AskStep,
  more: Partial<AskStepRun> = {},
): Promise<Awaited<ReturnType<typeof runAskStep>> & { readonly events: readonly AskEvent[] }> {
  const journal = openInProcess(out);
  const events: AskEvent[] = [];
  try {
    const outcome = await runAskStep(step, {
      ...{ input, out, journal, parallel: 4, seed: 1, graceSeconds: 0, mostFailed: 0 },
      budgets: { run: {}, problem: {}, sitting: {} },
      stopping: new AbortController().signal,
      onEvent: (event) => events.push(event),
      ...more,
    });
    return { ...outcome, events };
  } finally {
    await journal.close();
  }
}

async function answersOf(out: string): Promise<string[]> {
  const answers: string[] = [];
  for await (const { item } of readDataRows(out)) answers.push(`${item.id}:${item.answer ?? ''}`);
  return answers;
}

test('rows come out in their order, whichever answer came first, and those set aside with their reason', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(6));
  const waiting: (() => void)[] = [];
  const { chat } = model(async ({ messages }) => {
    // The first four are answered backwards.
    await new Promise<void>((resolve) => {
      waiting.unshift(resolve);
      if (waiting.length >= 4 || /[45]/.test(messages[0]?.content ?? ''))
        for (const go of waiting.splice(0)) go();
    });
    return messages[0]?.content === 'Statement 2.' ? 'no' : `re: ${messages[0]?.content}`;
  });
  const { record } = await run(place, stepOf(chat));
  assert.deepEqual(
    await answersOf(place.out),
    [0, 1, 3, 4, 5].map((i) => `p${i}:re: Statement ${i}.`),
  );
  assert.deepEqual(record?.dropped, { 'said-no': { test: 1 } });
  assert.deepEqual(record?.settings, { model: 'scripted', seed: 1 });
  assert.equal(record?.figures.asked, 6);
  assert.equal(record?.figures.promptTokens, 60);
  const dropped = JSON.parse(readFileSync(path.join(place.out, 'dropped.jsonl'), 'utf8'));
  assert.deepEqual([dropped.reason, dropped.detail, dropped.row.id], ['said-no', 'Statement 2.', 'p2']);
});

test('PAY-ONCE: what is on record is not asked again, wherever its row stands; what is new or changed is', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(3));
  const { chat, calls } = model(({ messages }) => `re: ${messages[0]?.content}`);
  await run(place, stepOf(chat));
  assert.equal(calls(), 3);
  const [first, second, third] = rowsOf(3);
  place.write(
    [{ id: 'new', statement: 'New.' }, third, { ...first, statement: 'Changed.' }, second, second].map(
      (row) => ({ ...row }),
    ),
  );
  const { record, events } = await run(place, stepOf(chat));
  assert.equal(calls(), 5);
  assert.equal(events.filter((event) => event.kind === 'answered' && event.replayed).length, 3);
  assert.deepEqual(await answersOf(place.out), [
    'new:re: New.',
    'p2:re: Statement 2.',
    'p0:re: Changed.',
    'p1:re: Statement 1.',
    'p1:re: Statement 1.',
  ]);
  const before = readFileSync(path.join(place.out, 'step.json'), 'utf8');
  await run(place, stepOf(chat));
  assert.equal(calls(), 5);
  assert.equal(readFileSync(path.join(place.out, 'step.json'), 'utf8'), before);
  assert.deepEqual(record, readStepRecord(place.out));
  // Another setting asks anew; a choice does not.
  await run(place, stepOf(chat, { chooses: { strict: true } }));
  assert.equal(calls(), 5);
  await run(place, stepOf(chat, { asks: { model: 'scripted', prompt: '2' } }));
  // The calls themselves are the same, and on record.
  assert.equal(calls(), 5);
  await run(place, stepOf(chat), { seed: 2 });
  assert.equal(calls(), 9);
});

test('rows that are the same question are asked once, at once or one after the other', async (t) => {
  const place = scratch(t);
  const [row] = rowsOf(1);
  place.write([row, row, row, row, row].map((one) => ({ ...one })));
  const { chat, calls } = model(() => 'yes');
  const { record } = await run(place, stepOf(chat));
  assert.equal(calls(), 1);
  assert.deepEqual(record?.kept, { test: 5 });
  const failing = model(() => {
    throw new ModelError('gone', { kind: 'connection', isRetryable: true });
  });
  const { failed } = await run(place, stepOf(failing.chat), { seed: 2 });
  assert.equal(failing.calls(), 1);
  assert.equal(failed, 5);
});

test('NULL-NOT-ZERO: a row whose calls fail is asked again next time, and set aside only where that is allowed', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(4));
  let broken = true;
  const { chat, calls } = model(({ messages }) => {
    if (broken && messages[0]?.content === 'Statement 1.')
      throw new ModelError('the stream broke', { kind: 'connection', isRetryable: true });
    return 'yes';
  });
  const first = await run(place, stepOf(chat));
  assert.equal(first.record, undefined);
  assert.equal(readStepRecord(place.out), undefined);
  assert.deepEqual([first.failed, calls()], [1, 4]);
  const allowed = await run(place, stepOf(chat), { mostFailed: 0.25 });
  assert.deepEqual(allowed.record?.dropped, { 'call-failed': { test: 1 } });
  assert.match(readFileSync(path.join(place.out, 'dropped.jsonl'), 'utf8'), /the stream broke/);
  broken = false;
  const mended = await run(place, stepOf(chat));
  assert.equal(calls(), 6);
  assert.deepEqual(mended.record?.dropped, {});
});

test('what every row would meet ends everything', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(50));
  const { chat, calls } = model(() => {
    throw new ModelError('the key is wrong', { kind: 'authentication', isRetryable: false });
  });
  await assert.rejects(run(place, stepOf(chat)), /the key is wrong/);
  assert.ok(calls() <= 4);
});

test('a row that does not fit into the context is set aside', async (t) => {
  const place = scratch(t);
  place.write([{ id: 'long', statement: 'x'.repeat(4000) }, ...rowsOf(1)]);
  const { chat } = model(() => 'yes');
  const { record } = await run(
    place,
    stepOf({ ...chat, contextTokens: 500, countPromptTokens: ([m]) => m?.content.length ?? 0 }),
  );
  assert.deepEqual(record?.dropped, { 'too-long': { unknown: 1 } });
  assert.deepEqual(record?.kept, { test: 1 });
});

test('BUDGET-CAP: when the budget is spent no row begins; with a larger one the step goes on', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(30));
  const { chat, calls } = model(() => 'yes');
  const step = stepOf(chat);
  const budgets = { problem: {}, sitting: {} };
  const capped = await run(place, step, { budgets: { ...budgets, run: { tokens: 160 } } });
  assert.equal(capped.record, undefined);
  assert.ok(capped.refused >= 1 && capped.refused <= 4, `${capped.refused}`);
  assert.ok(calls() >= 1 && calls() < 12, `${calls()}`);
  assert.ok(capped.spent.tokens <= 160);
  const before = calls();
  const rest = await run(place, step, { budgets: { ...budgets, run: { tokens: 100_000 } } });
  assert.deepEqual(rest.record?.kept, { test: 30 });
  assert.equal(calls(), 30);
  assert.ok(before < 30);
});

test('stopped, it leaves no half of a result, and what was in flight is not lost', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(12));
  const stop = new AbortController();
  const { chat, calls } = model((_, count) => {
    if (count === 4) stop.abort();
    return 'yes';
  });
  const stopped = await run(place, stepOf(chat), { stopping: stop.signal, graceSeconds: 5 });
  assert.equal(stopped.record, undefined);
  assert.equal(readStepRecord(place.out), undefined);
  const before = calls();
  assert.ok(before >= 4 && before <= 8, `${before}`);
  const rest = await run(place, stepOf(chat));
  assert.deepEqual(rest.record?.kept, { test: 12 });
  assert.equal(calls(), 12);
});

test('a row that need not be asked about is not, and a bad line is told before anything is spent', async (t) => {
  const place = scratch(t);
  place.write(rowsOf(3));
  const { chat, calls } = model(() => 'yes');
  const step = stepOf(chat, {
    fateUnasked: (row) =>
      row.id === 'p1'
        ? { kind: 'keep', row }
        : row.id === 'p2'
          ? { kind: 'drop', reason: 'is-two', detail: '2' }
          : undefined,
  });
  const { record } = await run(place, step);
  assert.equal(calls(), 1);
  assert.deepEqual(await answersOf(place.out), ['p0:yes', 'p1:']);
  assert.deepEqual(record?.dropped, { 'is-two': { test: 1 } });
  place.write([...rowsOf(3), { id: 'x' }]);
  await assert.rejects(run(place, stepOf(chat), { seed: 3 }), /in\.jsonl:4 {2}field statement/);
  assert.equal(calls(), 1);
});
