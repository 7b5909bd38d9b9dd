import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../model/chat-model.ts';
import { problemSchema } from '../problems/problem.ts';
import { Random } from '../stats/random.ts';
import { reasoningCache } from './reasoning-cache.ts';
import type { ScaffoldContext } from './scaffold.ts';
import { singleTurn } from './single-turn.ts';

const problem = problemSchema.parse({ id: 'p', statement: 'Prove it.' });

function scripted(replies: readonly Partial<Reply>[]) {
  const asked: { label: string; prompt: string }[] = [];
  const context: ScaffoldContext = {
    call: async (label, request) => {
      asked.push({ label, prompt: request.messages.map((message) => message.content).join('|') });
      const reply = replies[asked.length - 1];
      if (reply === undefined) throw new Error(`call ${label} was not expected`);
      return {
        reasoning: '',
        answer: undefined,
        finish: 'stop',
        usage: { promptTokens: 1, completionTokens: 10 },
        ...reply,
      };
    },
    note: () => undefined,
    keep: () => undefined,
    within: () => context,
    random: new Random(1),
    maxTokens: 48,
    temperature: 0.8,
  };
  return { asked, context };
}

test('single turn makes one call and reports a cut reply as overflowed, without a proof', async () => {
  const solve = singleTurn(() => [{ role: 'user', content: problem.statement }]);
  const good = scripted([{ answer: 'QED' }]);
  assert.deepEqual(await solve(problem, good.context), {
    proof: 'QED',
    isCut: false,
    turns: [{ proof: 'QED', tokens: 10, overflowed: false }],
  });
  const cut = scripted([{ finish: 'length' }]);
  assert.deepEqual((await solve(problem, cut.context)).turns, [
    { proof: undefined, tokens: 10, overflowed: true },
  ]);
});

test('the reasoning cache carries only the summary, reads cut reasoning, and keeps the last good answer', async () => {
  const solve = reasoningCache({
    turns: 3,
    ask: (_, summary) => [{ role: 'user', content: summary ?? 'none' }],
    summarise: async ({ turn, previous, reasoning }) => ({
      text: `${previous ?? ''}${turn}:${reasoning};`,
      tokens: 5,
    }),
  });
  const { asked, context } = scripted([
    { reasoning: 'a', finish: 'length' },
    { reasoning: 'b', answer: 'first proof' },
    { reasoning: 'c', finish: 'length' },
  ]);
  const result = await solve(problem, context);
  assert.deepEqual(asked, [
    { label: 'reason-1', prompt: 'none' },
    { label: 'reason-2', prompt: '1:a;' },
    { label: 'reason-3', prompt: '1:a;2:b;' },
  ]);
  assert.equal(result.proof, 'first proof');
  assert.deepEqual(
    result.turns.map((turn) => [turn.proof, turn.tokens, turn.overflowed]),
    [
      [undefined, 10, true],
      ['first proof', 25, false],
      ['first proof', 40, true],
    ],
  );
});

test('the reasoning cache keeps a whole answer before a later one that was cut, and a cut one before none', async () => {
  const solve = reasoningCache({
    turns: 4,
    ask: () => [{ role: 'user', content: 'go on' }],
    summarise: async () => ({ text: '', tokens: 0 }),
  });
  const { context } = scripted([
    { answer: 'half a pr', finish: 'length' },
    { answer: 'a proof' },
    { answer: 'another pr', finish: 'length' },
    { answer: ' \n' },
  ]);
  const { proof, isCut, turns } = await solve(problem, context);
  assert.deepEqual([proof, isCut], ['a proof', false]);
  assert.deepEqual(
    turns.map((turn) => turn.proof),
    ['half a pr', 'a proof', 'a proof', 'a proof'],
  );
});
