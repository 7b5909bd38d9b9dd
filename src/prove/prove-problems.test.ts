import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiskFullError } from '../journal/errors.ts';
import { openFailing } from '../journal/fixtures/failing-journal.ts';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import type { Journal } from '../journal/journal.ts';
import type { ChatModel } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { goodReply, startServer, stream } from '../model/openai/fixtures/scripted-server.ts';
import { createOpenAiChatModel } from '../model/openai/open-ai-chat-model.ts';
import { attendance } from '../scaffold/attendance.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { scriptedModel } from './fixtures/scripted-model.ts';
import { proveRequest } from './fixtures/settings.ts';
import { promptTokens } from './prompt-bound.ts';
import type { ProveOutcome } from './prove-problem.ts';
import {
  type AttemptOutcome,
  type ProveProblemsRequest,
  proveProblems,
  type RunEvent,
} from './prove-problems.ts';

const free = { prompt: 0, completion: 0 };

/** Runs once on the directory, as a process does. */
async function sitting(
  directory: string,
  make: (journal: Journal) => ProveProblemsRequest,
  wrap: (journal: Journal) => Journal = (journal) => journal,
) {
  const journal = openInProcess(directory);
  try {
    return await proveProblems(make(wrap(journal)));
  } finally {
    await journal.close();
  }
}

function proven(outcome: AttemptOutcome | undefined): ProveOutcome {
  assert.ok(outcome !== undefined && outcome.status !== 'failed' && outcome.status !== 'waiting');
  return outcome;
}

const first = (outcome: { readonly attempts: readonly (readonly AttemptOutcome[])[] }): ProveOutcome =>
  proven(outcome.attempts[0]?.[0]);

/** A scaffold of one call. */
const one: Scaffold = async (problem, context) => {
  const { maxTokens, temperature } = context;
  const messages = [{ role: 'user' as const, content: problem.statement }];
  const reply = await context.call('solve', { messages, maxTokens, temperature }, { role: 'solve' });
  context.keep(reply.answer ?? '', 'the only answer');
  return { proof: reply.answer, turns: [] };
};

test('the trace is a tree of calls in their order, with what each cost, read and was said of it', async (t) => {
  const directory = temporaryDirectory(t);
  const main = scriptedModel({ price: { prompt: 1, completion: 10 } });
  const judge = scriptedModel({ name: 'judge', price: free });
  const events: RunEvent[] = [];
  const make = (journal: Journal) =>
    proveRequest(main, journal, {
      models: { main, byRole: new Map([['verify', judge]]) },
      run: { dollars: 1 },
      onEvent: (event) => events.push(event),
    });
  const outcome = await sitting(directory, make);
  const { trace, proof, why, status } = first(outcome);
  assert.deepEqual([status, why], ['finished', 'merged']);
  assert.equal(trace.calls.length, 7);
  assert.deepEqual(
    trace.calls.slice(0, 3).map(({ label }) => label),
    ['solve-1/write', 'solve-2/write', 'solve-3/write'],
  );
  const merge = trace.calls.at(-1);
  assert.ok(merge?.outcome.kind === 'reply');
  assert.deepEqual([merge.label, merge.role, merge.model], ['merge', 'merge', 'scripted']);
  assert.deepEqual(merge.from, ['verify-1', 'verify-2', 'verify-3']);
  assert.equal(merge.outcome.answer, proof);
  assert.equal(merge.outcome.dollars, (20 + 10 * merge.outcome.usage.completionTokens) / 1e6);
  assert.ok(trace.calls.filter(({ model }) => model === 'judge').every(({ role }) => role === 'verify'));
  assert.equal(trace.notes.length, 3);
  assert.ok(
    Math.abs(
      outcome.spent.dollars -
        trace.calls.reduce(
          (sum, { outcome: { kind, ...rest } }) =>
            sum + (kind === 'reply' && 'dollars' in rest ? (rest.dollars ?? 0) : 0),
          0,
        ),
    ) < 1e-12,
  );
  assert.deepEqual(
    [...new Set(events.map(({ kind }) => kind))],
    ['attempt-started', 'call-started', 'delta', 'call-finished', 'kept', 'note', 'attempt-ended'],
  );

  const asked = main.asked.length;
  const again = await sitting(directory, make);
  assert.equal(main.asked.length, asked);
  assert.deepEqual(first(again).trace, trace);
  assert.equal(again.spent.dollars, outcome.spent.dollars);
});

test('BUDGET-CAP: money is counted to the last unit over every call that is made at once', async (t) => {
  const price = { prompt: 0.15, completion: 0.6 };
  const model = scriptedModel({ price });
  const run = { dollars: 0.002 };
  const outcome = await sitting(temporaryDirectory(t), (journal) =>
    proveRequest(model, journal, { count: 12, parallel: 12, run, problem: { tokens: 2500 } }),
  );
  assert.ok(outcome.spent.dollars <= run.dollars && outcome.spent.dollars > run.dollars / 2);
  assert.ok(outcome.problems.every(({ tokens }) => tokens <= 2500));
  assert.ok(outcome.attempts.flat().some(({ status }) => status === 'budget'));
});

test('near the end of a budget a call gets fewer tokens, and the best proof so far is the result', async (t) => {
  const model = scriptedModel({
    price: free,
    reply: ({ maxTokens }) => ({ usage: { promptTokens: 20, completionTokens: maxTokens } }),
  });
  const outcome = await sitting(temporaryDirectory(t), (journal) =>
    proveRequest(model, journal, { run: { tokens: 2100 } }),
  );
  const { status, why, ended, proof, trace } = first(outcome);
  assert.deepEqual([status, why], ['budget', 'the best so far: draft 3']);
  assert.match(
    ended ?? '',
    /^the budget of this run is spent: [\d,]+ tokens of 2,100 tokens; the next call needs/,
  );
  assert.match(proof ?? '', /^proof \d+$/);
  assert.ok(model.asked.some(({ maxTokens }) => maxTokens < 400 && maxTokens >= 100));
  assert.ok(trace.calls.some(({ outcome: { kind } }) => kind === 'refused'));
  assert.ok(outcome.spent.tokens <= 2100);
});

test('REPLAY: a refusal stands in the next sitting even where there would be room, and falls with a larger budget', async (t) => {
  const directory = temporaryDirectory(t);
  const model = scriptedModel({ price: free });
  const make = (tokens: number) => (journal: Journal) =>
    proveRequest(model, journal, { run: { tokens }, maxTokens: 500 });
  const before = first(await sitting(directory, make(1500)));
  assert.equal(before.status, 'budget');
  const asked = model.asked.length;
  // This journal has forgotten what was spent, so that only the record of the refusal is left.
  const forgetful = (journal: Journal): Journal => ({
    effect: (key, work) => journal.effect(key, work),
    append: (stream, key, entry) => journal.append(stream, key, entry),
    find: (stream, key) => journal.find(stream, key),
    events: (stream) => journal.events(stream.startsWith('spend/') ? `no ${stream}` : stream),
    values: (stream) => journal.values(stream),
    recorded: (key) => journal.recorded(key),
    counts: () => journal.counts(),
    close: () => journal.close(),
  });
  const after = first(await sitting(directory, make(1500), forgetful));
  assert.equal(model.asked.length, asked);
  assert.deepEqual([after.status, after.proof, after.ended], [before.status, before.proof, before.ended]);
  const more = first(await sitting(directory, make(50_000)));
  assert.equal(more.status, 'finished');
  assert.deepEqual(first(await sitting(directory, make(1500))).proof, more.proof, 'what is paid for is used');
});

test('a budget of the sitting ends with it: the next one goes on', async (t) => {
  const directory = temporaryDirectory(t);
  const model = scriptedModel({ price: free });
  const make = (journal: Journal) => proveRequest(model, journal, { sitting: { tokens: 1200 } });
  const states: string[] = [];
  for (let lives = 0; lives < 10 && states.at(-1) !== 'finished'; lives += 1) {
    const outcome = await sitting(directory, make);
    states.push(first(outcome).status);
  }
  assert.ok(states.length > 1, states.join());
  assert.deepEqual([...new Set(states)], ['stopped', 'finished']);
  assert.equal(model.asked.length, 7);
});

test('a time that is over cuts off what is in flight, and stays over', async (t) => {
  const directory = temporaryDirectory(t);
  const slow = scriptedModel({
    price: free,
    wait: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  });
  const make = (journal: Journal) =>
    proveRequest(slow, journal, { scaffold: one, problem: { seconds: 0.05 } });
  const outcome = first(await sitting(directory, make));
  assert.deepEqual([outcome.status, outcome.proof], ['budget', undefined]);
  assert.match(outcome.ended ?? '', /^the time of this problem is over: 0\.1 s$/);
  assert.equal(first(await sitting(directory, make)).ended, outcome.ended);
  assert.equal(slow.asked.length, 1);
});

test('a call whose end nobody knows counts at its worst where it costs, and not where the model is free', async (t) => {
  const broken = (price: typeof free) =>
    scriptedModel({
      price,
      wait: () => Promise.reject(new ModelError('the stream broke', { kind: 'protocol', isRetryable: true })),
    });
  const overloaded = scriptedModel({
    price: { prompt: 1, completion: 1 },
    wait: () =>
      Promise.reject(new ModelError('busy', { kind: 'overloaded', status: 429, isRetryable: true })),
  });
  const spentBy = async (model: ReturnType<typeof broken>): Promise<number> => {
    const outcome = await sitting(temporaryDirectory(t), (journal) =>
      proveRequest(model, journal, { scaffold: one, maxTokens: 1000 }),
    );
    assert.equal(outcome.attempts[0]?.[0]?.status, 'failed');
    return outcome.spent.tokens;
  };
  assert.ok((await spentBy(broken({ prompt: 1, completion: 1 }))) > 1000);
  assert.equal(await spentBy(broken(free)), 0);
  assert.equal(await spentBy(overloaded), 0);
});

test('a failed call is no answer: it is asked again, and only its problem fails', async (t) => {
  const directory = temporaryDirectory(t);
  let isDown = true;
  const model = scriptedModel({
    price: free,
    wait: async ({ messages }) => {
      if (isDown && messages[0]?.content.includes('claim 1')) {
        throw new ModelError('the reply broke off', { kind: 'protocol', isRetryable: true });
      }
    },
  });
  const make = (journal: Journal) => proveRequest(model, journal, { count: 3 });
  const before = await sitting(directory, make);
  assert.deepEqual(
    before.attempts.flat().map(({ status }) => status),
    ['finished', 'failed', 'finished'],
  );
  isDown = false;
  const asked = model.asked.length;
  const after = await sitting(directory, make);
  assert.deepEqual(
    after.attempts.flat().map(({ status }) => status),
    ['finished', 'finished', 'finished'],
  );
  assert.equal(model.asked.length, asked + 7);
});

test('a wrong key ends the run at once, with its reason', async (t: TestContext) => {
  const model = scriptedModel({
    wait: () => Promise.reject(new ModelError('no such key', { kind: 'authentication', isRetryable: false })),
  });
  const make = (journal: Journal) => proveRequest(model, journal, { count: 20, parallel: 2 });
  await assert.rejects(sitting(temporaryDirectory(t), make), /no such key/);
  assert.ok(model.asked.length <= 6);
});

test('a model without a price is refused where money is capped, and the fields are named', async (t) => {
  const make = (journal: Journal) => proveRequest(scriptedModel(), journal, { sitting: { dollars: 1 } });
  await assert.rejects(
    sitting(temporaryDirectory(t), make),
    /^UnpricedModelError: scripted: .*Set price in its preset, or write --model MODEL,price=PROMPT\/REPLY/,
  );
});

test('asked to stop, it begins no call, gives those in flight their grace, and goes on from there', async (t) => {
  const directory = temporaryDirectory(t);
  const stop = new AbortController();
  const model = scriptedModel({
    price: free,
    wait: async () => {
      if (model.asked.length === 3) stop.abort();
      await new Promise(setImmediate);
    },
  });
  const before = await sitting(directory, (journal) =>
    proveRequest(model, journal, { count: 8, stopping: stop.signal, graceSeconds: 5, parallel: 1 }),
  );
  const states = before.attempts.flat().map(({ status }) => status);
  assert.deepEqual(states, ['stopped', ...Array.from({ length: 7 }, () => 'waiting')]);
  assert.equal(model.asked.length, 3);
  assert.equal(first(before).why, 'the best so far: draft 3');
  const after = await sitting(directory, (journal) => proveRequest(model, journal, { count: 8 }));
  assert.ok(after.attempts.flat().every(({ status }) => status === 'finished'));
  assert.equal(model.asked.length, 8 * 7);
});

test('problems are worked on a few at a time, attempts of one have samples of their own', async (t) => {
  const model = scriptedModel({ price: free });
  const outcome = await sitting(temporaryDirectory(t), (journal) =>
    proveRequest(model, journal, { scaffold: one, count: 3, attempts: 4, parallel: 2 }),
  );
  assert.equal(model.mostAtOnce(), 2);
  for (const attempts of outcome.attempts) {
    assert.equal(new Set(attempts.map((attempt) => proven(attempt).proof)).size, 4);
  }
});

test('BUDGET-CAP: every attempt of a model that tries again is paid for by itself, and one that does not fit is not made', async (t) => {
  const price = { prompt: 0, completion: 1 };
  /** Fails so often before it answers; an attempt that broke off has cost what it says. */
  const flaky = (failures: number): ChatModel => ({
    name: 'flaky',
    price,
    async generate({ maxTokens }, { mayRetry } = {}) {
      for (let attempt = 1; attempt <= failures; attempt += 1) {
        const usage = { promptTokens: 20, completionTokens: 100 };
        const details = {
          kind: 'connection',
          isRetryable: true,
          ...(attempt === 1 ? { usage } : {}),
        } as const;
        const error = new ModelError('the stream broke', details);
        if ((await mayRetry?.(error, attempt)) !== true) throw error;
      }
      const usage = { promptTokens: 20, completionTokens: maxTokens / 2 };
      return { reasoning: '', answer: 'proof', finish: 'stop', usage };
    },
  });
  const run = async (failures: number, tokens: number) => {
    const outcome = await sitting(temporaryDirectory(t), (journal) =>
      proveRequest(flaky(failures), journal, { scaffold: one, maxTokens: 1000, run: { tokens } }),
    );
    return { ...first(outcome), spent: outcome.spent };
  };
  const twice = await run(2, 10_000);
  const prompt = promptTokens(flaky(0), [{ role: 'user', content: 'Prove claim 0.' }]).most;
  // What the first says, the second at its worst, and the reply.
  assert.deepEqual([twice.status, twice.spent.tokens], ['finished', 120 + (prompt + 1000) + 520]);
  assert.equal(twice.spent.dollars, (100 + 1000 + 500) / 1e6);
  const short = await run(2, 2 * (prompt + 1000) - 1);
  assert.equal(short.status, 'budget');
  assert.match(short.ended ?? '', /the budget of this run is spent/);
  assert.equal(short.spent.tokens, 120 + prompt + 1000);
});

/** Two writers, one of whom may fail. */
const two: Scaffold = async (problem, context) => {
  const { maxTokens, temperature } = context;
  const here = attendance(context);
  const proofs = await Promise.all(
    ['first', 'second'].map((label) =>
      here.attempt('solve', label, async () => {
        const messages = [{ role: 'user' as const, content: `${problem.statement} ${label}` }];
        return (await context.call(label, { messages, maxTokens, temperature }, { role: 'solve' })).answer;
      }),
    ),
  );
  here.requireSome();
  const proof = proofs.filter((one) => one !== undefined).join(' and ');
  context.keep(proof, 'all there are');
  return { proof, turns: [] };
};

test('an attempt that has finished stays as it is: what failed in it is not asked again', async (t) => {
  const directory = temporaryDirectory(t);
  let isDown = true;
  const model = scriptedModel({
    price: free,
    wait: async ({ messages }) => {
      if (isDown && messages[0]?.content.endsWith('second'))
        throw new ModelError('the reply broke off', { kind: 'protocol', isRetryable: true });
    },
  });
  const make = (more: object) => (journal: Journal) =>
    proveRequest(model, journal, { scaffold: two, count: 2, ...more });
  const before = await sitting(directory, make({}));
  isDown = false;
  const asked = model.asked.length;
  const replayed = await sitting(directory, make({}));
  assert.equal(first(replayed).proof, first(before).proof);
  assert.deepEqual(
    first(replayed).trace.calls.map(({ outcome }) => outcome.kind),
    ['reply', 'failed'],
  );
  const kinds: string[] = [];
  const written = { isWrittenUp: () => true, onEvent: ({ kind }: RunEvent) => void kinds.push(kind) };
  const recalled = await sitting(directory, make(written));
  assert.deepEqual([first(recalled).proof, first(recalled).why], [first(before).proof, first(before).why]);
  assert.deepEqual(kinds, ['attempt-recalled', 'attempt-recalled']);
  assert.equal(model.asked.length, asked);
  await sitting(directory, make({ ...written, attempts: 2 }));
  assert.equal(model.asked.length, asked + 4, 'an attempt more is made');
});

test('a connection that broke is one problem’s alone; one that was never made ends the run', async (t) => {
  const failing = (code: string) =>
    scriptedModel({
      price: free,
      wait: async ({ messages }) => {
        if (!messages[0]?.content.includes('claim 1')) return;
        const cause = Object.assign(new Error(code), { code });
        throw new ModelError(code, { kind: 'connection', isRetryable: true, cause });
      },
    });
  const run = (code: string) =>
    sitting(temporaryDirectory(t), (journal) => proveRequest(failing(code), journal, { count: 3 }));
  const states = (await run('ECONNRESET')).attempts.flat().map(({ status }) => status);
  assert.deepEqual(states, ['finished', 'failed', 'finished']);
  await assert.rejects(run('ECONNREFUSED'), /ECONNREFUSED/);
});

test('asked to stop, calls that wait for the endpoint are not sent, and cost nothing', async (t) => {
  const stop = new AbortController();
  let requests = 0;
  const server = await startServer((response) => {
    requests += 1;
    // The replies of those under way come after the stop.
    setImmediate(() => {
      stop.abort();
      setImmediate(() => stream(response, goodReply));
    });
  });
  const model = createOpenAiChatModel({
    ...{ name: 'm', baseUrl: server.baseUrl, model: 'm', api: 'chat', price: { prompt: 1, completion: 1 } },
    concurrency: { initial: 2, most: 2 },
  });
  t.after(async () => {
    await model.close?.();
    await server.close();
  });
  const outcome = await sitting(temporaryDirectory(t), (journal) =>
    proveRequest(model, journal, { count: 12, parallel: 12, stopping: stop.signal, graceSeconds: 5 }),
  );
  assert.ok(requests <= 2, `${requests} requests`);
  // Five tokens of the prompt and two of the reply.
  assert.equal(outcome.spent.tokens, 7 * requests);
  assert.ok(outcome.attempts.flat().every(({ status }) => status === 'stopped'));
});

test('DISK-FULL: the n-th write fails, for every n until none does: it is told as a full disk, and gone on from', async (t) => {
  const model = scriptedModel({ price: { prompt: 1, completion: 1 } });
  const make = (journal: Journal) => proveRequest(model, journal, { scaffold: two, count: 2 });
  let met = 0;
  for (let n = 1; ; n += 1) {
    const directory = temporaryDirectory(t);
    const { journal, failed } = openFailing(directory, n);
    const outcome = await proveProblems(make(journal)).catch((error: unknown) => error);
    await journal.close();
    const after = await sitting(directory, make);
    assert.ok(after.attempts.flat().every(({ status }) => status === 'finished'));
    if (!failed()) break;
    assert.ok(outcome instanceof DiskFullError, `${n}: ${String(outcome)}`);
    assert.match(outcome.message, /^disk full: could not write \S+journal\.db \(\d+ bytes free\)/);
    met += 1;
  }
  // Two rows of spend and one of the reply for each of four calls, ends of two attempts, the time.
  assert.ok(met >= 15, `${met} writes`);
});
