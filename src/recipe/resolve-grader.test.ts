/** What is calibrated is what trains: the grader of a recipe's `rl.grader` and that of `qed calibrate` ask the same, to the letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullProblem } from '../grade/fixtures/grade-problem.ts';
import type { Grader } from '../grade/grade.ts';
import { judgeVariant } from '../grade/judge-variant.ts';
import type { ChatRequest } from '../model/chat-model.ts';
import { resolveGrader } from './resolve-grader.ts';
import type { RunContext } from './run-context.ts';
import { rlSchema } from './schema-stages.ts';
import { openGrader } from './stages/rl-grader.ts';

const progress = { remark: () => undefined } as unknown as RunContext['progress'];

async function asked(grader: Grader): Promise<{ readonly model: string; readonly request: ChatRequest }[]> {
  const calls: { readonly model: string; readonly request: ChatRequest }[] = [];
  await grader.grade(fullProblem, 'Odd plus odd is even.', {
    seed: 5,
    call: async (_, model, request) => {
      calls.push({ model: model.name, request });
      return {
        ...{ reasoning: '', answer: '<points>3</points>', finish: 'stop' },
        usage: { promptTokens: 1, completionTokens: 1 },
      };
    },
  });
  return calls;
}

test('the grader that is calibrated is the object that training uses', async (t) => {
  const plain = 'openai:http://127.0.0.1:9/v1#m(effort=medium)';
  for (const spec of [plain, judgeVariant(plain, { style: 'gimo', effort: 'high', reference: true })]) {
    const grader = rlSchema.shape.grader.parse(spec);
    const inTraining = await openGrader({ progress }, { grader });
    const calibrated = await (await resolveGrader(spec)).open();
    t.after(async () => {
      await inTraining.close();
      await calibrated.close();
    });
    assert.equal(inTraining.grader.name, calibrated.name);
    const calls = await asked(inTraining.grader);
    assert.equal(calls.length, 1);
    assert.deepEqual(calls, await asked(calibrated));
    assert.equal(calls[0]?.request.sampling?.reasoningEffort, spec === plain ? 'medium' : 'high');
  }
});

test('the lab’s graders are there by the names that recipes use', async () => {
  const { grader } = await openGrader({ progress }, { grader: 'noisy' });
  const resolved = await resolveGrader('noisy');
  assert.deepEqual([resolved.name, resolved.models.length], [grader.name, 0]);
  assert.equal((await resolveGrader('exact')).name, 'exact');
});
