/** What attempts cost that wait for a slow judge: their samples are in the journal, so memory need not hold them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { PolicyVersion, Sampler } from '../engine/engine.ts';
import type { Grader } from '../grade/grade.ts';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { systemClock } from '../model/openai/clock.ts';
import { problemSchema } from '../problems/problem.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { collectOnShelf } from './collect.ts';
import { unreadFormat } from './fixtures/unread-format.ts';
import { SampleShelf } from './pipeline/sample-shelf.ts';
import { Slots } from './pipeline/slots.ts';
import { letGroupGo } from './shelved-group.ts';

const attempts = 120;
const tokens = 10_000;
/** Of the samples alone; their texts come on top. */
const sampledBytes = 8 * tokens * attempts;
const mostBytes = sampledBytes / 16;

const format: ChatFormat = unreadFormat((ids) => ({
  reasoning: '',
  answer: Buffer.from(ids).toString('latin1'),
}));

const sampler: Sampler = {
  kind: 'snapshot',
  sample: async ({ seeds_S }) =>
    seeds_S.map((seed) => ({
      tokens_T: new Int32Array(tokens).fill(40 + (seed % 50)),
      logprobs_T: new Float32Array(tokens).fill(-1),
      finish: 'stop' as const,
      versions: [{ start: 0, version: 0 as PolicyVersion }],
    })),
  usage: () => assert.fail(),
  close: async () => undefined,
};

test('memory does not grow with attempts that wait for their grades, nor with those that wait for their group', async (t) => {
  const held = { all: await heldWhile(t, Number.POSITIVE_INFINITY), bounded: await heldWhile(t, mostBytes) };
  // So that it is known to measure something: without a bound everything is there, both times.
  for (const bytes of held.all) assert.ok(bytes > 0.9 * sampledBytes, `${bytes} bytes with everything held`);
  for (const bytes of held.bounded)
    assert.ok(bytes < 0.2 * sampledBytes, `${bytes} bytes of ${sampledBytes} are held`);
});

/** Bytes that have come to be held when no attempt has a grade yet, and when all but one have. */
async function heldWhile(t: Parameters<typeof temporaryDirectory>[0], budget: number): Promise<number[]> {
  const journal = openInProcess(temporaryDirectory(t));
  const shelf = new SampleShelf(budget);
  const gate = { all: Promise.withResolvers<void>(), last: Promise.withResolvers<void>() };
  let asked = 0;
  const grader: Grader = {
    name: 'slow',
    grade: async () => {
      asked += 1;
      await (asked === attempts ? gate.last.promise : gate.all.promise);
      return { kind: 'graded', points: 7, report: 'r'.repeat(1000), items: [], grader: 'slow' };
    },
  };
  const before = heldBytes();
  let progress = 0;
  const reached = { sampled: Promise.withResolvers<void>(), graded: Promise.withResolvers<void>() };
  const group = collectOnShelf(
    {
      ...{ journal, sampler, format, grader, signal: new AbortController().signal },
      // The last place is that of the attempt whose judge is the slowest.
      grading: new Slots(2, systemClock),
      progressed: () => {
        progress += 1;
        if (progress === attempts) reached.sampled.resolve();
        if (progress === 2 * attempts - 1) reached.graded.resolve();
      },
    },
    shelf,
    {
      ...{ unit: 'rl/1', problem: problemSchema.parse({ id: 'p', statement: 'Prove it.' }), messages: [] },
      ...{ attempts, maxTokens: tokens, temperature: 1, truncation: 'zero', seed: 1 },
    },
  );
  const held: number[] = [];
  await reached.sampled.promise;
  held.push(heldBytes() - before);
  gate.all.resolve();
  await reached.graded.promise;
  held.push(heldBytes() - before);
  gate.last.resolve();
  const { rollouts_G } = await group;
  assert.ok(rollouts_G.every(({ reward }) => reward === 1));
  letGroupGo(await group);
  assert.equal(shelf.heldBytes, 0);
  await journal.close();
  return held;
}

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Memory of arrays is given back by another thread; the next collection waits until it has been.
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
