import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { PolicyVersion, Sampler } from '../../../src/engine/engine.ts';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { exactGrader } from '../../../src/lab/exact-grader.ts';
import { labTokenizer } from '../../../src/lab/lab-tokenizer.ts';
import { renderAttempt, renderReply } from '../../../src/lab/prompts.ts';
import { problemSchema } from '../../../src/problems/problem.ts';
import { createChatFormat } from '../../../src/tokenizer/chat-format.ts';
import { loadTokenizer } from '../../../src/tokenizer/load-tokenizer.ts';
import { collectGroup } from '../../../src/train/collect.ts';
import { exactReward } from './exact-reward.ts';

const { json, configJson } = labTokenizer();
const format = createChatFormat(loadTokenizer(json, configJson));
const problem = problemSchema.parse({
  id: 'p',
  statement: 'Given L, Q. Rules: Q gives F. F and L give O. O gives K. Prove K.',
});

const whole = 'Q gives F. F and L give O. O gives K.';
const ended = [
  renderAttempt('Q gives F. done.', whole),
  renderReply(whole),
  renderAttempt('done.', 'Q gives F. F and L give O.'),
  renderAttempt('done.', 'Q gives K.'),
  renderAttempt('done.', ''),
  ' <think> Q gives F. done.',
].map((text) => [...format.renderReply(text)]);
/** Cut: as above without the token that ends it. */
const replies = [...ended, ...ended.map((tokens) => tokens.slice(0, -1))];

test('the peer is rewarded as stage rl rewards: replies that are right, incomplete, wrong, empty, unended and cut', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-exact-reward-'));
  const journal = await openJournal(directory);
  try {
    let asked = 0;
    const sampler: Sampler = {
      kind: 'snapshot',
      sample: async () => {
        const tokens = replies[asked++] ?? assert.fail();
        return [
          {
            tokens_T: Int32Array.from(tokens),
            logprobs_T: new Float32Array(tokens.length),
            finish: format.stopTokenIds.includes(tokens.at(-1) ?? -1) ? 'stop' : 'length',
            versions: [{ start: 0, version: 0 as PolicyVersion }],
          },
        ];
      },
      usage: () => assert.fail(),
      close: async () => undefined,
    };
    const { rollouts_G } = await collectGroup(
      { journal, sampler, format, grader: exactGrader, signal: new AbortController().signal },
      {
        ...{ unit: 'rl/0', problem, messages: [{ role: 'user', content: problem.statement }], seed: 1 },
        ...{ attempts: replies.length, maxTokens: 32, temperature: 0.8, truncation: 'zero' },
      },
    );
    const rewards = await Promise.all(replies.map((tokens) => exactReward(format, problem, tokens)));
    assert.deepEqual(
      rewards,
      rollouts_G.map(({ reward }) => reward),
    );
    // So that the two do not agree on nothing.
    assert.deepEqual(rewards.slice(0, 2), [1, 1]);
    assert.ok(rewards[2] !== undefined && rewards[2] > 0 && rewards[2] < 1);
    assert.deepEqual(rewards.slice(3), new Array(replies.length - 3).fill(0));
  } finally {
    await journal.close();
    await rm(directory, { recursive: true });
  }
});

test('what cannot be graded is an error, not a reward', async () => {
  const stranger = problemSchema.parse({ id: 'q', statement: 'Prove it.' });
  await assert.rejects(exactReward(format, stranger, ended[0] ?? []), /^Error: q: the statement is no lab/);
});
