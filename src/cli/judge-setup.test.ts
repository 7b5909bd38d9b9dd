import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { problemSchema } from '../problems/problem.ts';
import { resolveJudge } from './judge-setup.ts';

const problem = problemSchema.parse({ id: 'a', statement: 'Which functions?', answer: 'all even functions' });
const suite = { kind: 'answer', scale: 'answer', problems: [problem] } as unknown as NonNullable<
  Parameters<typeof resolveJudge>[1]
>;
const at = 'openai:http://127.0.0.1:9/v1#m';

test('NULL-NOT-ZERO: a judge of answers that fails leaves one answer ungraded, for its own cause, and ends nothing', async (t) => {
  const resolved = await resolveJudge([at], suite);
  assert.ok(resolved !== undefined);
  const judge = await resolved.open({ remark: () => undefined });
  t.after(() => judge.close());
  const gradeWith = (call: () => Promise<string>) =>
    judge.grade(problem, 'So they are \\boxed{\\text{the even ones}}.', {
      seed: 1,
      call: async (): Promise<Reply> => ({
        ...{ reasoning: '', answer: await call(), finish: 'stop' },
        usage: { promptTokens: 1, completionTokens: 1 },
      }),
    });
  const correct = await gradeWith(async () => 'They agree. <verdict>correct</verdict>');
  assert.deepEqual([correct.kind === 'graded' && correct.points, correct.grader], [7, resolved.name]);
  const causes: string[] = [];
  for (const call of [
    async () => 'no verdict',
    async () => '<verdict>undecided</verdict>',
    async () => {
      throw new ModelError('nobody there', { kind: 'connection', isRetryable: true });
    },
  ]) {
    const grade = await gradeWith(call);
    causes.push(grade.kind === 'ungraded' ? grade.cause : 'graded');
  }
  assert.deepEqual(causes, ['unparsable', 'undecided', 'call-failed']);
});
