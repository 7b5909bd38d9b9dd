import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { PolicyVersion, Sampler } from '../engine/engine.ts';
import type { Grade, Grader } from '../grade/grade.ts';
import { openJournal } from '../journal/open-journal.ts';
import { problemSchema } from '../problems/problem.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { collectGroup, collectOnShelf, type GroupRequest, type RolloutSource } from './collect.ts';
import { unreadFormat } from './fixtures/unread-format.ts';
import { SampleShelf } from './pipeline/sample-shelf.ts';

/** Token 1 is <think>, 2 is </think>, 9 stops; the answer is the ids after 2, joined. */
const format: ChatFormat = unreadFormat((ids) => {
  const list = Array.from(ids).filter((id) => id !== 9);
  const close = list.lastIndexOf(2);
  if (close < 0) return { reasoning: list.join(' '), answer: undefined };
  return { reasoning: list.slice(0, close).join(' '), answer: list.slice(close + 1).join(' ') };
});

/** Replies by seed order: a proof, a cut proof, reasoning that never ends, an empty proof. */
const replies = [
  { ids: [1, 2, 5, 9], finish: 'stop' },
  { ids: [1, 2, 5], finish: 'length' },
  { ids: [1, 5, 5], finish: 'length' },
  { ids: [1, 2, 9], finish: 'stop' },
] as const;

const problem = problemSchema.parse({ id: 'p', statement: 'Prove it.' });

async function inJournal<T>(
  use: (
    open: (
      grader: Grader,
    ) => Promise<{ source: RolloutSource; calls: { samples: number }; close: () => Promise<void> }>,
  ) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-collect-'));
  try {
    return await use(async (grader) => {
      const journal = await openJournal(directory);
      const calls = { samples: 0 };
      const sampler: Sampler = {
        kind: 'snapshot',
        sample: async ({ seeds_S }) => {
          // Attempts are asked for one by one, in order.
          const { ids, finish } = replies[calls.samples % replies.length] ?? replies[0];
          calls.samples += 1;
          return seeds_S.map(() => {
            return {
              tokens_T: Int32Array.from(ids),
              logprobs_T: new Float32Array(ids.length).fill(-1),
              finish,
              versions: [{ start: 0, version: 0 as PolicyVersion }],
            };
          });
        },
        usage: async () => ({
          promptTokens: 0,
          computedPromptTokens: 0,
          reusedPromptTokens: 0,
          sampledTokens: 0,
          busySeconds: 0,
        }),
        close: async () => undefined,
      };
      const source = { journal, sampler, format, grader, signal: new AbortController().signal };
      return { source, calls, close: () => journal.close() };
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function request(truncation: GroupRequest['truncation'], unit = 'rl/1/0'): GroupRequest {
  const messages = [{ role: 'user' as const, content: problem.statement }];
  return {
    unit,
    problem,
    messages,
    attempts: 4,
    maxTokens: 4,
    temperature: 1,
    truncation,
    version: 0 as PolicyVersion,
    seed: 1,
  };
}

function graderOf(grade: () => Grade): Grader & { asked: string[] } {
  const asked: string[] = [];
  return {
    name: 'scripted',
    asked,
    grade: async (_, proof) => {
      asked.push(proof);
      return grade();
    },
  };
}

const full = (): Grade => ({ kind: 'graded', points: 7, report: '', items: [], grader: 'scripted' });

test('each truncation policy decides by the finish reason what a cut attempt earns', async () => {
  await inJournal(async (open) => {
    const { source, close } = await open(graderOf(full));
    const rewards = async (truncation: GroupRequest['truncation']) =>
      (await collectGroup(source, request(truncation, `rl/1/${truncation}`))).rollouts_G.map(
        ({ reward }) => reward,
      );
    assert.deepEqual(await rewards('zero'), [1, 0, 0, 0]);
    assert.deepEqual(await rewards('mask'), [1, undefined, undefined, 0]);
    assert.deepEqual(await rewards('grade-what-exists'), [1, 1, 0, 0]);
    await close();
  });
});

test('PAY-ONCE: a group that was collected before is neither sampled nor graded again', async () => {
  await inJournal(async (open) => {
    const grader = graderOf(full);
    const first = await open(grader);
    const made = await collectGroup(first.source, request('zero'));
    await first.close();
    const second = await open(grader);
    const again = await collectGroup(second.source, request('zero'));
    await second.close();
    assert.equal(second.calls.samples, 0);
    assert.deepEqual(grader.asked, ['5']);
    assert.deepEqual(again, made);
  });
});

test('NULL-NOT-ZERO: an ungraded attempt has no reward, is not recorded, and is asked again by the next sitting', async () => {
  await inJournal(async (open) => {
    const failing = graderOf(() => ({
      kind: 'ungraded',
      cause: 'unparsable',
      detail: 'no score',
      grader: 'scripted',
    }));
    const first = await open(failing);
    const group = await collectGroup(first.source, request('zero'));
    await first.close();
    assert.deepEqual(
      group.rollouts_G.map(({ reward }) => reward),
      [undefined, 0, 0, 0],
    );
    const healthy = graderOf(full);
    const second = await open(healthy);
    const again = await collectGroup(second.source, request('zero'));
    await second.close();
    assert.deepEqual(healthy.asked, ['5']);
    assert.equal(again.rollouts_G[0]?.reward, 1);
  });
});

test('what an earlier sitting has sampled is read one after another, however many groups begin at once', async () => {
  await inJournal(async (open) => {
    const units = ['rl/1', 'rl/2', 'rl/3'];
    const first = await open(graderOf(full));
    for (const unit of units) await collectGroup(first.source, request('zero', unit));
    await first.close();

    const second = await open(graderOf(full));
    const { journal } = second.source;
    let [read, most] = [0, 0];
    const shelf = new (class extends SampleShelf {
      override put(...sample: Parameters<SampleShelf['put']>) {
        read -= 1;
        return super.put(...sample);
      }
    })(0);
    const counting: typeof journal = Object.assign(Object.create(journal), {
      effect: async (...[key, make]: Parameters<typeof journal.effect>) => {
        if (key.label === 'attempt') read += 1;
        most = Math.max(most, read);
        return await journal.effect(key, make);
      },
      recorded: (...[key]: Parameters<typeof journal.recorded>) => journal.recorded(key),
    });
    const source = { ...second.source, journal: counting };
    await Promise.all(units.map((unit) => collectOnShelf(source, shelf, request('zero', unit))));
    await second.close();
    assert.equal(second.calls.samples, 0);
    assert.deepEqual([read, most], [0, 1]);
  });
});

test('an attempt that a committed batch has as ungraded keeps that outcome and is not asked about again', async () => {
  await inJournal(async (open) => {
    const healthy = graderOf(full);
    const { source, close } = await open(healthy);
    const left = { kind: 'ungraded', cause: 'call-failed', detail: 'down', grader: 'scripted' } as const;
    const ungraded = new Map([[0, left]]);
    const group = await collectGroup(source, { ...request('grade-what-exists'), ungraded });
    await close();
    assert.deepEqual(
      group.rollouts_G.map(({ reward }) => reward),
      [undefined, 1, 0, 0],
    );
    assert.deepEqual(group.rollouts_G[0]?.grade, left);
    assert.equal(healthy.asked.length, 1);
  });
});

test('a grading that stopping cut off is no outcome: the group rejects and the next sitting asks again', async () => {
  await inJournal(async (open) => {
    const stop = new AbortController();
    const cutOff = graderOf(() => {
      stop.abort();
      return { kind: 'ungraded', cause: 'cancelled', detail: 'the signal fired', grader: 'scripted' };
    });
    const first = await open(cutOff);
    await assert.rejects(collectGroup({ ...first.source, signal: stop.signal }, request('zero')), {
      name: 'AbortError',
    });
    await first.close();
    const healthy = graderOf(full);
    const second = await open(healthy);
    const group = await collectGroup(second.source, request('zero'));
    await second.close();
    assert.equal(second.calls.samples, 0);
    assert.equal(group.rollouts_G[0]?.reward, 1);
  });
});
