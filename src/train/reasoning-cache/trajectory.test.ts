import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion } from '../../engine/engine.ts';
import { problemSchema } from '../../problems/problem.ts';
import type { CachePrompts } from '../../scaffold/reasoning-cache.ts';
import { Random } from '../../stats/random.ts';
import { LeaseExpiredError } from '../pipeline/lease.ts';
import { Trajectory, type TrajectoryReply } from './trajectory.ts';

const problem = problemSchema.parse({ id: 'p', statement: 'S' });
const prompts: CachePrompts = {
  ask: (_, summary) => [{ role: 'user', content: summary ?? 'none' }],
  summarise: async ({ turn, previous = '', reasoning }) => ({
    text: `${previous}${turn}:${reasoning};`,
    tokens: 0,
  }),
};
const never = new AbortController().signal;

function replyOf(reasoning: string, version: number, finish: 'stop' | 'length' = 'length'): TrajectoryReply {
  return {
    reply: { reasoning, answer: undefined, finish, usage: { promptTokens: 1, completionTokens: 10 } },
    versions: [version as PolicyVersion],
  };
}

/** Calls wait until they are answered; an abort rejects them. */
class Calls {
  readonly asked: string[] = [];
  #answer: ((reply: TrajectoryReply) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;
  readonly trajectory: Trajectory;

  constructor() {
    this.trajectory = new Trajectory({
      prompts,
      problem,
      limits: { random: new Random(1), maxTokens: 8, temperature: 1 },
      call: (label, { messages }, role, signal) =>
        new Promise((resolve, reject) => {
          this.asked.push(`${role} ${label}: ${messages[0]?.content}`);
          this.#answer = resolve;
          this.#fail = reject;
          signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')), {
            once: true,
          });
        }),
    });
  }

  async answer(reply: TrajectoryReply): Promise<void> {
    this.#answer?.(reply);
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    this.#fail?.(error);
    await settled();
  }
}

/** Lets everything go on that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('it goes as far as somebody waits for, reads cut reasoning, and knows its oldest token', async () => {
  const calls = new Calls();
  const first = await calls.trajectory.stateAt(1, { signal: never });
  assert.deepEqual([first.summary, first.oldestVersion, first.tokens], [undefined, undefined, 0]);
  assert.deepEqual(calls.asked, [], 'the first state is the problem');

  const turns: number[] = [];
  const [third, second] = [
    calls.trajectory.stateAt(3, { signal: never, onTurn: (reached) => void turns.push(reached.turn) }),
    calls.trajectory.stateAt(2, { signal: never }),
  ];
  await calls.answer(replyOf('a', 4));
  assert.equal((await second).summary?.text, '1:a;');
  await calls.answer(replyOf('b', 6, 'stop'));
  const { summary, oldestVersion, tokens, turn } = await third;
  assert.deepEqual([turn, summary?.text, oldestVersion, tokens], [3, '1:a;2:b;', 4, 20]);
  assert.deepEqual(turns, [2, 3]);
  assert.deepEqual(calls.asked, ['solve reason-1: none', 'solve reason-2: 1:a;']);
  assert.equal(calls.trajectory.isUnderWay, false, 'nobody waits for the fourth');
});

test('a turn is stopped when nobody waits for it any longer, and taken again for who comes then', async () => {
  const calls = new Calls();
  const [leaves, leavesToo] = [new AbortController(), new AbortController()];
  const waiting = calls.trajectory.stateAt(2, { signal: leaves.signal });
  const other = calls.trajectory.stateAt(3, { signal: leavesToo.signal });
  leaves.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  assert.ok(calls.trajectory.isUnderWay, 'another waits');
  leavesToo.abort();
  await assert.rejects(other, { name: 'AbortError' });
  // Before the call has noticed.
  const late = calls.trajectory.stateAt(2, { signal: never });
  await settled();
  await calls.answer(replyOf('again', 1));
  assert.equal((await late).summary?.text, '1:again;');
  assert.equal(calls.asked.length, 2);
});

test('a call that fails is heard of, and asked again; one that never ends is not', async () => {
  const calls = new Calls();
  const waiting = calls.trajectory.stateAt(2, { signal: never });
  await Promise.all([assert.rejects(waiting, /broken/), calls.fail(new Error('broken'))]);
  const again = calls.trajectory.stateAt(2, { signal: never });
  const expired = new LeaseExpiredError('a call', {
    seconds: 1,
    tries: 1,
    clock: { now: () => 0, date: () => 0, after: () => ({ cancel: () => undefined }) },
  });
  await Promise.all([assert.rejects(again, LeaseExpiredError), calls.fail(expired)]);
  await assert.rejects(calls.trajectory.stateAt(3, { signal: never }), LeaseExpiredError);
  assert.equal(calls.asked.length, 2);
});
