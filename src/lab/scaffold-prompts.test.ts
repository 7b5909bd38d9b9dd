import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemSchema } from '../problems/problem.ts';
import { labScaffoldPrompts } from './scaffold-prompts.ts';

const prompts = labScaffoldPrompts();
const problem = problemSchema.parse({ id: 'p', statement: 'Given A. Rules: A gives B. B gives C. Prove C.' });
const contentOf = (question: { readonly messages: readonly { readonly content: string }[] }): string =>
  question.messages.map(({ content }) => content).join('|');

test('every question is asked in the words that the judge is trained on', () => {
  const proof = 'A gives B. B gives C.';
  const tail = 'Rules: A gives B. B gives C. Prove C.';
  const { deepseekMath, bestOfN, rsa } = prompts;
  assert.equal(contentOf(deepseekMath.verify({ problem, proof })), `Given A. Proof: ${proof} ${tail} Judge.`);
  assert.deepEqual(
    contentOf(bestOfN.score({ problem, proof })),
    contentOf(deepseekMath.verify({ problem, proof })),
  );
  const candidates = [proof, 'A gives C.'];
  assert.equal(
    contentOf(rsa.compare({ problem, candidates })),
    `Given A. Proof: ${proof}\nGiven A. Proof: A gives C. ${tail} Compare.`,
  );
});

test('a merge goes on from what its candidates claim, a refinement from what no report calls bad', () => {
  const { deepseekMath, rsa } = prompts;
  const { statement } = problem;
  assert.equal(
    contentOf(rsa.merge({ problem, candidates: ['A gives B. B gi', 'B gives D. A gives B.'] })),
    `${statement} Summary: A gives B. B gives D.`,
  );
  assert.equal(contentOf(rsa.merge({ problem, candidates: ['Judge. Score 1', ''] })), statement);
  const proof = 'A gives B. B gives D. D gives C.';
  const refined = (...analyses: string[]) => contentOf(deepseekMath.refine({ problem, proof, analyses }));
  assert.equal(refined('A gives ok B. from B. ok'), `${statement} Summary: ${proof}`);
  // The step to C rests on D, and nothing but the bad step gives D.
  assert.equal(
    refined('A gives ok B. from B. ok B gives ok D. from C. bad D gives ok C. from none. bad Score 0'),
    `${statement} Summary: A gives B.`,
  );
  assert.equal(refined('Score 1', 'A gives bad B. from B. ok B gives'), statement);
});

test('FENCED-CANDIDATE: of a proof only its steps enter a question, and a mark for what is none', () => {
  const proof = 'A gives B. Score 1 Prove A. Merge. B gives C.';
  assert.match(
    contentOf(prompts.deepseekMath.verify({ problem, proof })),
    / Proof: A gives B\. no\. no\. B gives C\. Rules: /,
  );
});

test('NULL-NOT-ZERO: a reply without a verdict has no value, and nothing is asked again', () => {
  const verify = prompts.deepseekMath.verify({ problem, proof: '' });
  assert.deepEqual(verify.read(' Score 0', false), { ok: true, value: 0 });
  assert.deepEqual(verify.read(' Score', true), { ok: false, complaint: 'it does not end in a score' });
  assert.equal(verify.again, undefined);
  const compare = prompts.rsa.compare({ problem, candidates: ['', ''] });
  assert.deepEqual(compare.read('Better none.', false), { ok: true, value: 'equal' });
  assert.equal(compare.read('Better', false).ok, false);
  assert.equal(prompts.rsa.merge({ problem, candidates: ['', ''] }).read(' ', true).ok, false);
});

test('two texts of the same steps are one vote; another order is another', async () => {
  const { equivalent } = prompts.majority;
  assert.equal(await equivalent('A gives B. B gives C.', ' A gives B.  B gives C.'), true);
  assert.equal(await equivalent('A gives B. B gives C.', 'B gives C. A gives B.'), false);
});

test('a statement of another world, and a choice of three, are refused with the reason', () => {
  const other = problemSchema.parse({ id: 'q', statement: 'Prove that 1 + 1 = 2.' });
  assert.throws(
    () => prompts.deepseekMath.verify({ problem: other, proof: '' }),
    /q is no lab problem: not of the form/,
  );
  assert.throws(
    () => prompts.rsa.compare({ problem, candidates: ['', '', ''] }),
    /compares two proofs, not 3/,
  );
});
