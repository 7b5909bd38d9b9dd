import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion } from '../../engine/engine.ts';
import { problemSchema } from '../../problems/problem.ts';
import { Random } from '../../stats/random.ts';
import { CacheStates, type CacheStatesOptions } from './cache-states.ts';
import { drawnTurns } from './drawn-turns.ts';
import { Trajectory } from './trajectory.ts';

const drawing = { turns: 3, statesPerTrajectory: 2, seed: 3 };
const signal = new AbortController().signal;

/** Trajectories whose every call takes a moment; `calls` has each by its trajectory. */
function states(options: Partial<CacheStatesOptions> = {}) {
  const calls: string[] = [];
  const made = new CacheStates({
    ...drawing,
    backlog: 0,
    problemOf: (trajectory) => problemSchema.parse({ id: `p${trajectory}`, statement: 'S' }),
    begin: (number, problem) =>
      new Trajectory({
        problem,
        prompts: {
          ask: () => [],
          summarise: async ({ turn, previous = '' }) => ({
            text: `${previous}${number}/${turn} `,
            tokens: 0,
          }),
        },
        limits: { random: new Random(1), maxTokens: 8, temperature: 1 },
        call: async (label, _request, _role, own) => {
          calls.push(`${number} ${label}`);
          await new Promise((resolve) => setImmediate(resolve));
          own.throwIfAborted();
          const usage = { promptTokens: 1, completionTokens: 10 };
          return {
            reply: { reasoning: '', answer: undefined, finish: 'stop', usage },
            versions: [number as PolicyVersion],
          };
        },
      }),
    ...options,
  });
  return { made, calls };
}

/** A trajectory of which these turns are drawn, in this order. */
function trajectoryWith(...turns: readonly number[]): number {
  for (let number = 0; ; number += 1) {
    if (String(drawnTurns(drawing, number)) === String(turns)) return number;
  }
}

test('a group has the state that was drawn for it, and its trajectory takes no turn that none of its states needs', async () => {
  const number = trajectoryWith(3, 1);
  const { made, calls } = states();
  const [deep, plain] = await Promise.all([
    made.state(2 * number, { signal }),
    made.state(2 * number + 1, { signal }),
  ]);
  assert.deepEqual(
    [deep.turn, deep.summary?.text, deep.oldestVersion],
    [3, `${number}/1 ${number}/2 `, number],
  );
  assert.deepEqual([plain.turn, plain.summary, plain.oldestVersion], [1, undefined, undefined]);
  assert.equal(deep.problem.id, `p${number}`);
  assert.deepEqual(calls, [`${number} reason-1`, `${number} reason-2`]);
  assert.deepEqual([deep.charged, plain.charged], [20, 0], 'its tokens are charged once');
  assert.deepEqual([made.backlog, made.underWay], [0, 0]);
});

test('without a backlog a trajectory begins with its groups; with one, so many begin before theirs', async () => {
  const none = states();
  await none.made.state(0, { signal });
  none.made.goAhead(0);
  assert.ok(none.calls.every((call) => call.startsWith('0 ')));
  assert.equal(none.made.backlog, 1, 'the state of its other group');

  const { made, calls } = states({ backlog: 3, gone: new Set([4, 5]) });
  const own = made.state(0, { signal });
  made.goAhead(0);
  await own;
  assert.equal(made.backlog, 1 + 2 * 2, 'of trajectory 2 no group will come');
  made.goAhead(1);
  await made.state(2, { signal });
  await made.close();
  const ahead = new Set(calls.map((call) => call.split(' ')[0]));
  assert.ok(
    [...ahead].every((number) => ['0', '1', '3'].includes(number ?? '')),
    [...ahead].join(),
  );
});

test('closing stops what is under way and waits for it', async () => {
  const number = trajectoryWith(4, 2);
  const { made, calls } = states();
  const waiting = made.state(2 * number, { signal });
  const [outcome] = await Promise.allSettled([waiting, made.close()]);
  assert.equal(outcome.status, 'rejected');
  assert.equal(calls.length, 1);
  assert.equal(made.underWay, 0);
});
