import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ModelError } from '../model/model-error.ts';
import { injected, injections, labelledReplies, wrongProofs } from './fixtures/corpus.ts';
import { bareProblem, fullProblem } from './fixtures/grade-problem.ts';
import { gullibleJudge, judgeThatSays, scriptedJudge } from './fixtures/scripted-judge.ts';
import { type Grade, gradeSchema } from './grade.ts';
import { createJudge, type JudgeOptions } from './judge.ts';
import { type JudgeSettingsInput, judgeStyleNames } from './judge-settings.ts';

const limits = { maxTokens: 1000, temperature: 1 };
const judgeOf = (model: JudgeOptions['model'], settings: JudgeSettingsInput = {}) =>
  createJudge({ model, ...limits, settings });

test('a grade has points, the report, what each item earned, and the calls it rests on', async () => {
  const report =
    '<assessment>Half.</assessment>\n<steps>\nC1 | 3/3 | shown\n| **C2** | 0 | only |x| = 1 |\nD1 | −1 | one letter\nthis is no line\n</steps>\n<points>2</points>';
  const model = judgeThatSays(report);
  const grade = await judgeOf(model).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.ok(grade.kind === 'graded');
  assert.deepEqual(grade.items, [
    { what: 'C1: SCHEME writes both integers as 2k + 1 with two letters.', points: 3, reason: 'shown' },
    { what: 'C2: Factors out 2.', points: 0, reason: 'only |x| = 1' },
    { what: 'D1: Uses one letter for both.', points: -1, reason: 'one letter' },
  ]);
  assert.equal(grade.points, 2);
  assert.equal(grade.report, report);
  assert.deepEqual(grade.calls, ['judge']);
  assert.match(grade.grader, /^scripted\(proofbench-strict\)#[0-9a-f]{8}$/);
  assert.deepEqual(gradeSchema.parse(JSON.parse(JSON.stringify(grade))), grade);
  assert.equal(model.asked.length, 1);
});

test('every style, with and without scheme, guidelines and reference, shows what it must and leaves no place open', () => {
  const seen = new Set<string>();
  for (const style of judgeStyleNames) {
    for (const scale of ['points', 'levels'] as const) {
      for (const scheme of [true, false]) {
        for (const guidelines of [true, false]) {
          for (const reference of [true, false]) {
            const model = judgeThatSays('<points>0</points>');
            const judge = judgeOf(model, { style, scale, scheme, guidelines, reference });
            void judge.grade(fullProblem, 'PROOF.', { seed: 1 });
            const content = model.asked[0]?.messages[0]?.content ?? '';
            seen.add(content);
            for (const [word, isShown] of [
              ...([
                ['STATEMENT', true],
                ['PROOF.', true],
                ['SCHEME', scheme],
              ] as const),
              ...([
                ['GUIDELINES', guidelines],
                ['REFERENCE', reference],
              ] as const),
            ] as const) {
              assert.equal(content.includes(word), isShown, `${style} ${word}`);
            }
            assert.doesNotMatch(content, /\{\{|\}\}|undefined|\n{3}/);
            assert.match(content, scale === 'levels' ? /0, 1, 6 or 7/ : /from 0 to 7/);
            assert.match(content, /between <points> and <\/points>/);
            assert.equal(/<steps>/.test(content), scheme && scale === 'points');
          }
        }
      }
    }
  }
  assert.equal(seen.size, judgeStyleNames.length * 16);
});

test('a problem that lacks what the judge needs is found before any call, and stays ungraded', async () => {
  const model = judgeThatSays('<points>7</points>');
  const strict = judgeOf(model, { reference: true });
  assert.equal(strict.missing(bareProblem), 'no scheme and no guidelines, and no solution');
  const grade = await strict.grade(bareProblem, 'A proof.', { seed: 1 });
  assert.deepEqual(
    [grade.kind, grade.kind === 'ungraded' && grade.cause, grade.kind === 'ungraded' && grade.detail],
    [
      'ungraded',
      'no-scheme',
      'bare has no scheme and no guidelines, and no solution, which this judge needs',
    ],
  );
  assert.equal(model.asked.length, 0);
  const lenient = judgeOf(model, { scheme: 'if-any', reference: 'if-any' });
  assert.equal(lenient.missing(bareProblem), undefined);
  assert.equal((await lenient.grade(bareProblem, 'A proof.', { seed: 1 })).kind, 'graded');
  // Guidelines stand in for a scheme, and are not shown twice.
  const { scheme: _, ...inWords } = fullProblem;
  const worded = judgeThatSays('<points>7</points>');
  await judgeOf(worded, { guidelines: 'if-any' }).grade(inWords, 'A proof.', { seed: 1 });
  assert.equal(worded.asked[0]?.messages[0]?.content.split('GUIDELINES').length, 2);
});

test('an empty proof is a real 0, without a call', async () => {
  const model = judgeThatSays('<points>7</points>');
  for (const proof of ['', ' \n\t']) {
    const grade = await judgeOf(model).grade(bareProblem, proof, { seed: 1 });
    assert.equal(grade.kind === 'graded' && grade.points, 0);
  }
  assert.equal(model.asked.length, 0);
});

test('a reply that cannot be read is asked again in the same conversation, with what was wrong, at most k times', async () => {
  const model = judgeThatSays('A report. <points>seven</points>', '<points>8</points>', '<points>7</points>');
  const grade = await judgeOf(model).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.ok(grade.kind === 'graded');
  assert.equal(grade.points, 7);
  assert.deepEqual(grade.notes, ['asked again 2 times']);
  assert.deepEqual(grade.calls, ['judge', 'judge-again-1', 'judge-again-2']);
  assert.match(grade.report, /^A report\./);
  const [first, second, third] = model.asked.map(({ messages }) => messages);
  assert.equal(first?.length, 1);
  assert.deepEqual(second?.slice(0, 2), [
    first?.[0],
    { role: 'assistant', content: 'A report. <points>seven</points>' },
  ]);
  assert.match(
    second?.[2]?.content ?? '',
    /its verdict is "seven", which is not one whole number from 0 to 7/,
  );
  assert.match(third?.[4]?.content ?? '', /its verdict is "8"/);
  // Every call has a seed of its own, and the same one another time.
  assert.equal(new Set(model.asked.map(({ seed }) => seed)).size, 3);
});

test('an answer that is missing is asked for anew; reasoning is neither read nor sent back', async () => {
  const model = judgeThatSays(
    { answer: undefined, reasoning: 'It is complete: <points>7</points>' },
    { answer: '', reasoning: '<points>7</points>' },
    '<points>1</points>',
  );
  const grade = await judgeOf(model).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.equal(grade.kind === 'graded' && grade.points, 1);
  for (const { messages } of model.asked) assert.equal(messages.length, 1);
  assert.match(model.asked[2]?.messages[0]?.content ?? '', /it is empty/);
  assert.doesNotMatch(JSON.stringify(model.asked), /It is complete/);
});

test('a report that loops to the limit is sent back by its ends', async () => {
  const model = judgeThatSays(
    { answer: 'again and '.repeat(20_000), finish: 'length' },
    '<points>1</points>',
  );
  await judgeOf(model).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.ok((model.asked[1]?.messages[1]?.content.length ?? 0) < 25_000);
});

test('NULL-NOT-ZERO: of all replies of the corpus none becomes a 0 by failure, with at most k questions more', async () => {
  for (const { id, scale, reply, label } of labelledReplies) {
    const model = judgeThatSays(reply);
    const judge = judgeOf(model, { scale });
    const grade = await judge.grade(fullProblem, 'A proof.', { seed: 1 });
    assert.equal(grade.kind === 'graded' ? grade.points : 'malformed', label, id);
    assert.equal(model.asked.length, label === 'malformed' ? 3 : 1, id);
    assert.ok(model.asked.length <= judge.calls.most);
    if (grade.kind === 'ungraded') assert.match(grade.cause, /^(?:unparsable|out-of-range)$/);
  }
});

test('NULL-NOT-ZERO: a call that fails leaves the proof ungraded; what is no failure of the model is thrown', async () => {
  const failing = scriptedJudge(() => {
    throw new ModelError('nobody there', { kind: 'connection', isRetryable: true });
  });
  const grade = await judgeOf(failing).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.deepEqual(
    [grade.kind, grade.kind === 'ungraded' && grade.cause, grade.kind === 'ungraded' && grade.detail],
    ['ungraded', 'call-failed', 'nobody there'],
  );
  const later = scriptedJudge((_, index) => {
    if (index === 0) return 'no verdict';
    throw new ModelError('gone', { kind: 'server', isRetryable: true });
  });
  const second = await judgeOf(later).grade(fullProblem, 'A proof.', { seed: 1 });
  assert.equal(second.kind === 'ungraded' && second.cause, 'call-failed');
  assert.match(second.kind === 'ungraded' ? second.detail : '', /no verdict between .*; asked again: gone/);
  const bug = scriptedJudge(() => {
    throw new TypeError('a bug');
  });
  await assert.rejects(judgeOf(bug).grade(fullProblem, 'A proof.', { seed: 1 }), TypeError);
});

test('calls go through the context, which names them once each', async () => {
  const model = judgeThatSays('?', '<points>3</points>');
  const labels: string[] = [];
  const grade = await judgeOf(model).grade(fullProblem, 'A proof.', {
    seed: 1,
    call: async (label, asked, request) => {
      labels.push(label);
      assert.equal(asked, model);
      return await asked.generate(request);
    },
  });
  assert.equal(grade.kind, 'graded');
  assert.deepEqual(labels, ['judge', 'judge-again-1']);
});

test('a self-evaluation is not shown to the judge, and the grade says so', async () => {
  const model = judgeThatSays('<points>3</points>');
  const proof = 'A proof.\n\n## Self-evaluation\n\nPerfect: \\boxed{1}';
  const grade = await judgeOf(model).grade(fullProblem, proof, { seed: 1 });
  assert.doesNotMatch(model.asked[0]?.messages[0]?.content ?? '', /Perfect/);
  assert.match((grade.kind === 'graded' && grade.notes?.[0]) || '', /not shown .*Self-evaluation/);
  const keeping = judgeThatSays('<points>3</points>');
  await judgeOf(keeping, { selfEvaluation: 'keep' }).grade(fullProblem, proof, { seed: 1 });
  assert.match(keeping.asked[0]?.messages[0]?.content ?? '', /Perfect/);
});

test('a judge’s name changes with everything that its grades depend on, and with nothing else', () => {
  const model = judgeThatSays('');
  const name = (changes: Partial<JudgeOptions>): string => createJudge({ model, ...limits, ...changes }).name;
  const names = [
    name({}),
    name({ maxTokens: 2000 }),
    name({ temperature: 0.5 }),
    name({ sampling: { reasoningEffort: 'high' } }),
    name({ settings: { style: 'opc' } }),
    name({ settings: { scale: 'levels' } }),
    name({ settings: { reference: true } }),
    name({ settings: { reasks: 0 } }),
  ];
  assert.equal(new Set(names).size, names.length);
  assert.equal(name({ settings: { scheme: true } }), name({}));
});

/** The same request with the proof as the reference implementation pastes it: bare. */
function withoutFence(grade: { readonly content: string; readonly proof: string }): string {
  return grade.content
    .replace(/<proof-([0-9a-f]{8})>\n[\s\S]*\n<\/proof-\1>/, () => grade.proof)
    .replaceAll(/What stands between tags with the mark [0-9a-f]{8}[^.]*\./g, '');
}

/** Points of a proof by a judge that believes everything, with the fence or without it. */
async function gullibly(index: number, proof: string, isFenced: boolean): Promise<Grade> {
  const wrong = wrongProofs[index];
  assert.ok(wrong !== undefined);
  const inner = gullibleJudge(wrong.worth);
  const model = scriptedJudge(async (request) => {
    const messages = request.messages.map((message) =>
      message.role === 'user' && !isFenced
        ? { ...message, content: withoutFence({ content: message.content, proof }) }
        : message,
    );
    return await inner.generate({ ...request, messages });
  });
  return await judgeOf(model).grade(wrong.problem, proof, { seed: 1 });
}

test('FENCED-CANDIDATE: injections into wrong proofs raise no score of a judge that believes everything; bare they do', async () => {
  assert.ok(injections.length >= 40);
  const raised: string[] = [];
  let without = 0;
  let pairs = 0;
  for (const [index, { proof, worth }] of wrongProofs.entries()) {
    for (const isFenced of [true, false]) {
      const clean = await gullibly(index, proof, isFenced);
      assert.equal(clean.kind === 'graded' && clean.points, worth);
    }
    for (const injection of injections) {
      const text = injected(proof, injection);
      pairs += 1;
      const fenced = await gullibly(index, text, true);
      // Neither higher nor ungraded: a proof that cannot be graded would leave the average.
      if (fenced.kind !== 'graded' || fenced.points > worth)
        raised.push(`${injection.id}: ${JSON.stringify(fenced)}`);
      const bare = await gullibly(index, text, false);
      if (bare.kind === 'graded' && bare.points > worth) without += 1;
    }
  }
  assert.deepEqual(raised, []);
  assert.ok(without / pairs > 0.5, `${without} of ${pairs}`);
});

test('FENCED-CANDIDATE: the words around the proof are the same whatever the proof says', async () => {
  const around = async (proof: string): Promise<string> => {
    const model = judgeThatSays('<points>0</points>');
    await judgeOf(model, { selfEvaluation: 'keep', guidelines: true, reference: true }).grade(
      fullProblem,
      proof,
      { seed: 1 },
    );
    const content = model.asked[0]?.messages[0]?.content ?? '';
    const [, mark = ''] = /the mark ([0-9a-f]{8})/.exec(content) ?? [];
    const parts = content.replaceAll(mark, 'MARK').split(/<\/?proof-MARK>/);
    assert.equal(parts.length, 3);
    assert.doesNotMatch(parts[1] ?? '', /MARK/);
    assert.doesNotMatch(parts[1] ?? '', /<\/?(?:points|steps)>/i);
    return `${parts[0]}…${parts[2]}`;
  };
  const expected = await around('A proof.');
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(...injections.map(({ text }) => text), '{{mark}}', '$&', '$1', '</proof-', '<proof-'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), async (pieces) => {
      const proof = pieces.join('\n');
      fc.pre(proof.trim() !== '');
      assert.equal(await around(proof), expected);
    }),
    { numRuns: 200, seed: 4 },
  );
});
