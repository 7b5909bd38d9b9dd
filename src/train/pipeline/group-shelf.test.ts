import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyVersion, Sample } from '../../engine/engine.ts';
import { problemSchema } from '../../problems/problem.ts';
import type { RolloutGroup } from '../collect.ts';
import { GroupShelf } from './group-shelf.ts';

const parseReply = (ids: Int32Array) => ({ reasoning: '', answer: Array.from(ids).join(' ') });

function sampleOf(...ids: number[]): Sample {
  return {
    tokens_T: Int32Array.from(ids),
    logprobs_T: Float32Array.from(ids, (id) => -id / 8),
    finish: 'stop',
    versions: [{ start: 0, version: 3 as PolicyVersion }],
  };
}

/** Two attempts: one graded, one not. */
function groupOf(samples: readonly Sample[]): RolloutGroup {
  return {
    problem: problemSchema.parse({ id: 'p', statement: 'Prove it.' }),
    prompt_T: Int32Array.of(1, 2),
    rollouts_G: samples.map((sample, index) => ({
      sample,
      reply: parseReply(sample.tokens_T),
      overflowed: false,
      ...(index === 0
        ? {
            grade: { kind: 'graded' as const, points: 3, report: 'long'.repeat(9), items: [], grader: 'g' },
            reward: 3 / 7,
          }
        : {
            grade: { kind: 'ungraded' as const, cause: 'unparsable' as const, detail: 'none', grader: 'g' },
            reward: undefined,
          }),
    })),
  };
}

test('TOKEN-EXACT: beyond its bytes a shelf lets samples go, and what comes back is what was sampled', async () => {
  const samples = [sampleOf(5, 6, 7), sampleOf(8)];
  const group = groupOf(samples);
  const shelf = new GroupShelf(250, { parseReply });
  let reloads = 0;
  const reload = async () => {
    reloads += 1;
    return [sampleOf(5, 6, 7), sampleOf(8)];
  };
  const first = shelf.put(group, reload);
  const second = shelf.put(group, reload);
  assert.equal(shelf.heldBytes, first.bytes);
  assert.equal(await first.take(), group);
  assert.equal(reloads, 0);
  assert.equal(shelf.heldBytes, 0);
  const back = await second.take();
  assert.equal(reloads, 1);
  const trained = ({ rollouts_G, prompt_T }: RolloutGroup) => ({
    prompt_T,
    rollouts: rollouts_G.map(({ sample, reply, reward, overflowed }) => ({
      sample,
      reply,
      reward,
      overflowed,
    })),
  });
  assert.deepEqual(trained(back), trained(group));
  assert.deepEqual(
    back.rollouts_G.map(({ grade }) => [grade.kind, grade.kind === 'graded' ? grade.points : grade.cause]),
    [
      ['graded', 3],
      ['ungraded', 'unparsable'],
    ],
  );
});

test('samples that are missing when a step has come are an error, not a smaller group', async () => {
  const shelf = new GroupShelf(0, { parseReply });
  const held = shelf.put(groupOf([sampleOf(5), sampleOf(8)]), async () => [sampleOf(5)]);
  await assert.rejects(held.take(), /a group of 2 attempts has 1 samples/);
});
