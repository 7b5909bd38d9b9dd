import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import type { ChatRequest, Reply } from '../model/chat-model.ts';
import { createScaffold } from '../scaffold/create-scaffold.ts';
import { scriptedModel } from './fixtures/scripted-model.ts';
import { problemNumber, proveRequest } from './fixtures/settings.ts';
import { proofMarkdown } from './proof-markdown.ts';
import { proofPage } from './proof-page.ts';
import type { ProveOutcome } from './prove-problem.ts';
import { proveProblems } from './prove-problems.ts';

/** What a call is for, told from the words of QED's prompts. */
const kinds = {
  verify: /^Rate a solution/,
  refine: /Write a better solution/,
  compare: /^Compare solutions/,
  merge: /several attempts at it/,
  summarise: /must soon forget/,
} as const;

function kindOf({ messages }: ChatRequest): keyof typeof kinds | 'solve' {
  const found = Object.entries(kinds).find(([, words]) => words.test(messages[0]?.content ?? ''));
  return (found?.[0] ?? 'solve') as keyof typeof kinds | 'solve';
}

async function prove(
  t: TestContext,
  scaffold: string,
  reply: (kind: ReturnType<typeof kindOf>, index: number) => Partial<Reply>,
): Promise<ProveOutcome> {
  const counts: Record<string, number> = {};
  const model = scriptedModel({
    price: { prompt: 1, completion: 2 },
    reply: (request) => {
      const kind = kindOf(request);
      counts[kind] = (counts[kind] ?? 0) + 1;
      return reply(kind, (counts[kind] ?? 1) - 1);
    },
  });
  const journal = openInProcess(temporaryDirectory(t));
  const request = proveRequest(model, journal, { scaffold: createScaffold(scaffold), parallel: 1 });
  const outcome = await proveProblems(request);
  await journal.close();
  const [attempt] = outcome.attempts[0] ?? [];
  assert.ok(attempt?.status === 'finished');
  return attempt;
}

function report(attempt: ProveOutcome) {
  return {
    ...{
      problem: problemNumber(0),
      attempts: [attempt],
      models: ['scripted'],
      scaffold: 's',
      budget: 'no cap',
    },
    ...{ spent: { tokens: 1, dollars: 1, seconds: 1 }, isPriced: true, version: '0' },
  };
}

test('the trace of a search has every call with role, sources, verdict and cost, and the choice with its reason', async (t) => {
  const scores = ['0.5', '1', '0', '0.5', '1', '1'];
  const attempt = await prove(t, 'dsm(pool=2,verifications=2,analyses=1,iterations=1)', (kind, index) =>
    kind === 'verify'
      ? { answer: `analysis ${index} \\boxed{${scores[index] ?? '0'}}` }
      : { answer: `${kind} ${index}` },
  );
  const { trace, proof, why, writer } = attempt;
  const roles = new Map<string, number>();
  for (const { role } of trace.calls) roles.set(role, (roles.get(role) ?? 0) + 1);
  assert.deepEqual(Object.fromEntries(roles), { solve: 2, verify: 8, refine: 2 });
  for (const { outcome, from, role } of trace.calls) {
    assert.ok(outcome.kind === 'reply' && outcome.usage.completionTokens > 0);
    assert.ok((outcome.dollars ?? 0) > 0 && outcome.seconds >= 0);
    assert.equal(from.length > 0, role !== 'solve');
  }
  const noted = trace.notes.filter(({ label }) => label.startsWith('verify-'));
  assert.equal(noted.length, 8);
  assert.ok(noted.every(({ facts }) => typeof facts.score === 'number'));
  const choice = trace.notes.find(({ label }) => label === 'choice')?.facts;
  assert.equal(writer?.label.replace('/solve', ''), choice?.chosen);
  assert.match(why, new RegExp(`^${choice?.chosen}, mean score ${choice?.score} of 2 verifications$`));

  const { document } = parseHTML(proofPage(report(attempt)));
  const chosen = [...document.querySelectorAll('.chosen')];
  assert.equal(chosen.length, 1);
  assert.ok(chosen[0]?.textContent?.includes(proof ?? 'nothing'));
  assert.match(chosen[0]?.querySelector('.notes')?.textContent ?? '', /^the proof/);
  // What a call read can be followed to where it was written.
  for (const link of document.querySelectorAll('.meta a')) {
    assert.ok(document.querySelector(link.getAttribute('href') ?? '') !== null);
  }
  assert.equal(document.querySelectorAll('.meta span').length, 0);
});

test('what belongs together stands together: an inner scaffold, both orders of a pair, and what was asked again', async (t) => {
  const spec = 'rsa(n=2,k=1,rounds=0,orders=both,solver=rc(turns=2))';
  const attempt = await prove(t, spec, (kind, index) =>
    kind === 'compare' && index === 0 ? { answer: 'no box' } : { answer: `\\boxed{equal} ${kind} ${index}` },
  );
  const { document } = parseHTML(proofPage(report(attempt)));
  const top = [...document.querySelectorAll('.trace > .calls > details')].map((row) => [
    row.querySelector('.label')?.textContent,
    row.className,
    row.querySelector('.cost')?.textContent?.split(',')[0],
  ]);
  assert.deepEqual(top, [
    ['solve-1', 'group', '3 calls'],
    ['solve-2', 'group', '3 calls'],
    ['compare-1-1', 'group', '3 calls'],
  ]);
  const again = [...document.querySelectorAll('details details details .label')].map(
    (one) => one.textContent,
  );
  assert.deepEqual(again.filter((label) => label?.endsWith('/again')).length, 1);
  assert.match(
    document.querySelector('.group .notes')?.parentElement?.parentElement?.parentElement?.textContent ?? '',
    /decided by coin, votes equal, equal/,
  );
  assert.match(attempt.why, /^solve-[12] won compare-1-1 by the toss of a coin, the last of 2$/);
});

test('a proof that was cut is shown as one, on the page and in Markdown', async (t) => {
  const attempt = await prove(t, 'single-turn', () => ({ answer: 'Let $n$ be', finish: 'length' }));
  assert.deepEqual(attempt.writer, { label: 'solve', isCut: true });
  const words = /It was cut at the token limit: its end is missing\./;
  const { document } = parseHTML(proofPage(report(attempt)));
  assert.match(document.querySelector('.verdict.cut')?.textContent ?? '', words);
  assert.match(proofMarkdown(report(attempt)), words);
});

test('no answer is no proof, and never a sentence in its place', async (t) => {
  for (const answer of ['', ' \n']) {
    const attempt = await prove(t, 'rc(turns=2)', () => ({ answer }));
    assert.deepEqual([attempt.proof, attempt.why], [undefined, 'no call gave a proof']);
  }
});

test('a scaffold that accepts none of its proofs says so', async (t) => {
  const attempt = await prove(t, 'self-check(preset=paper,failures=1)', () => ({ answer: '\\boxed{no}' }));
  assert.equal(attempt.proof, undefined);
  assert.match(attempt.why, /accepted none/);
});

test('verdicts that could not be read are told beside the proof, and replies that are no verdicts are not', async (t) => {
  const attempt = await prove(t, 'rsa(n=2,k=1,rounds=1)', (kind) => ({
    answer: kind === 'merge' ? '' : kind === 'compare' ? 'both' : 'a proof',
  }));
  const { document } = parseHTML(proofPage(report(attempt)));
  const remarks = [...document.querySelectorAll('.verdict')].map(({ textContent }) => textContent);
  assert.deepEqual(remarks.slice(1), ['1 verdict could not be read, and counted for nothing.']);
});
