import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Grade } from '../grade/grade.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { ChatModel } from '../model/chat-model.ts';
import { problemSchema } from '../problems/problem.ts';
import { reasoningCache } from '../scaffold/reasoning-cache.ts';
import { type EvaluationRequest, evaluateScaffold } from './evaluate.ts';

const problems = ['a', 'b'].map((id) => problemSchema.parse({ id, statement: `Prove ${id}.` }));

/** Answers in turn 1 and is cut in turn 2, so that the second turn keeps the proof of the first. */
function scripted() {
  const made = { calls: 0, grades: 0 };
  const model: ChatModel = {
    name: 'scripted',
    generate: async ({ messages, seed }) => {
      made.calls += 1;
      const later = messages[0]?.content === 'later';
      return {
        reasoning: `thought ${seed}`,
        answer: later ? undefined : `proof ${seed}`,
        finish: later ? 'length' : 'stop',
        usage: { promptTokens: 3, completionTokens: 10 },
      };
    },
  };
  const grade: EvaluationRequest['grade'] = async ({ problem }): Promise<Grade> => {
    made.grades += 1;
    if (problem.id === 'b')
      return { kind: 'ungraded', cause: 'call-failed', detail: 'down', grader: 'scripted' };
    return { kind: 'graded', points: 3.5, report: '', items: [], grader: 'scripted' };
  };
  const request = (journal: Journal): EvaluationRequest => ({
    unit: 'evaluate/test',
    problems,
    attempts: 2,
    scaffold: reasoningCache({
      turns: 2,
      ask: (problem, summary) => [
        { role: 'user', content: summary === undefined ? problem.statement : 'later' },
      ],
      summarise: async () => ({ text: 'summary', tokens: 0 }),
    }),
    model,
    maxTokens: 10,
    temperature: 1,
    seed: 5,
    journal,
    grade,
    signal: new AbortController().signal,
  });
  return { made, request };
}

test('PAY-ONCE: an evaluation that is run again makes no model call and gives the same', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-evaluate-'));
  try {
    const first = scripted();
    const journal = await openJournal(directory);
    const results = await evaluateScaffold(first.request(journal));
    await journal.close();
    assert.equal(first.made.calls, 8);
    const second = scripted();
    const reopened = await openJournal(directory);
    assert.deepEqual(await evaluateScaffold(second.request(reopened)), results);
    await reopened.close();
    assert.equal(second.made.calls, 0);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('NULL-NOT-ZERO: an ungraded attempt has no score; a turn that keeps a proof keeps its grade', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-evaluate-'));
  try {
    const { made, request } = scripted();
    const journal = await openJournal(directory);
    const [graded, ungraded] = await evaluateScaffold(request(journal));
    await journal.close();
    assert.equal(made.grades, 4, 'one grade per attempt, not per turn');
    assert.deepEqual(graded?.[0]?.turns, [
      { score: 0.5, tokens: 10, overflowed: false },
      { score: 0.5, tokens: 20, overflowed: true },
    ]);
    assert.deepEqual(
      ungraded?.map(({ turns }) => turns.map(({ score }) => score)),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
    assert.notEqual(graded?.[0]?.proof, graded?.[1]?.proof, 'attempts have seeds of their own');
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a role with an entry of its own is answered by its model within its limit; the others by the main one', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-evaluate-'));
  try {
    const asked: string[] = [];
    const named = (name: string): ChatModel => ({
      name,
      generate: async ({ maxTokens }) => {
        asked.push(`${name} ${maxTokens}`);
        return {
          reasoning: '',
          answer: 'text',
          finish: 'stop',
          usage: { promptTokens: 1, completionTokens: 1 },
        };
      },
    });
    const { request } = scripted();
    const journal = await openJournal(directory);
    await evaluateScaffold({
      ...request(journal),
      problems: problems.slice(0, 1),
      attempts: 1,
      model: named('policy'),
      byRole: new Map([['verify', { model: named('judge'), maxTokens: 99 }]]),
      scaffold: async (_, { call, maxTokens, temperature }) => {
        const chat = { messages: [], maxTokens, temperature };
        await call('one', chat);
        await call('two', chat, { role: 'verify' });
        await call('three', chat, { role: 'merge' });
        return { proof: undefined, turns: [{ proof: undefined, tokens: 3, overflowed: false }] };
      },
    });
    await journal.close();
    assert.deepEqual(asked, ['policy 10', 'judge 99', 'policy 10']);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('the reasoning of an attempt is of the call that wrote its proof, whichever call was ready last', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-evaluate-'));
  try {
    const { request } = scripted();
    const journal = await openJournal(directory);
    const [[result] = []] = await evaluateScaffold({
      ...request(journal),
      problems: problems.slice(0, 1),
      attempts: 1,
      scaffold: async (_, { call, maxTokens, temperature }) => {
        const chat = { messages: [], maxTokens, temperature };
        const second = await call('two', chat);
        const first = await call('one', chat);
        assert.notEqual(first.answer, second.answer);
        const proof = second.answer;
        return { proof, turns: [{ proof, tokens: 2, overflowed: false }] };
      },
    });
    await journal.close();
    assert.equal(result?.reasoning.replace('thought', 'proof'), result?.proof);
  } finally {
    await rm(directory, { recursive: true });
  }
});
