import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelledAnswerReplies } from './fixtures/corpus.ts';
import { readAnswerVerdict } from './read-answer-verdict.ts';

test('NULL-NOT-ZERO: the parser agrees with the hand on every reply about a final answer', () => {
  assert.ok(labelledAnswerReplies.length >= 60);
  const disagreements = labelledAnswerReplies.flatMap((reply) => {
    const reading = readAnswerVerdict(reply.reply);
    const read = reading.ok ? reading.value : 'malformed';
    return read === reply.label ? [] : [{ id: reply.id, label: reply.label, reading }];
  });
  assert.deepEqual(disagreements, []);
});
