import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { generateProblem, LAB_PROFILES } from './generator.ts';
import { claimedSteps, parseProof, parseStatement, parseStep, renderStatement, renderSteps } from './text.ts';

const STATEMENT = 'Given A, B. Rules: A and B give C. C gives D. Prove D.';

test('a statement is written and read back without a change', () => {
  const parsed = parseStatement(STATEMENT);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.problem.given, ['A', 'B']);
  assert.deepEqual(parsed.problem.rules[0], { premises: ['A', 'B'], conclusion: 'C' });
  assert.equal(parsed.problem.goal, 'D');
  assert.equal(parsed.problem.steps, 2);
  assert.equal(renderStatement(parsed.problem), STATEMENT);

  const random = new Random('text');
  for (const profile of Object.values(LAB_PROFILES)) {
    for (let i = 0; i < 200; i += 1) {
      const problem = generateProblem(profile, random);
      assert.deepEqual(parseStatement(renderStatement(problem)), { ok: true, problem });
    }
  }
});

test('reading a statement is strict', () => {
  for (const text of [
    ` ${STATEMENT}`,
    `${STATEMENT} `,
    STATEMENT.replace('Rules:', 'Rules'),
    STATEMENT.replace('A, B', 'A,B'),
    STATEMENT.replace('. C gives', '.  C gives'),
    STATEMENT.replace('C gives D.', 'C give D.'),
    STATEMENT.replace('D.', 'U.'),
    `${STATEMENT} Judge.`,
    `${STATEMENT} Summary: A and B give C. Prove D.`,
    'Prove D.',
  ])
    assert.equal(parseStatement(text).ok, false, text);
});

test('a step is one of two forms, with its full stop', () => {
  assert.deepEqual(parseStep('A gives B.'), { premises: ['A'], conclusion: 'B' });
  assert.deepEqual(parseStep('B and A give C.'), { premises: ['B', 'A'], conclusion: 'C' });
  for (const text of [
    'A gives B',
    'A and B gives C.',
    'A give B.',
    'try A gives B.',
    'a gives b.',
    'A gives Z.',
    '',
  ])
    assert.equal(parseStep(text), undefined, text);
});

test('a proof is taken apart at full stops; what is no step stays in sight', () => {
  assert.deepEqual(
    parseProof(' A gives B.\n  So C. B gives').map(({ text, step }) => [text, step !== undefined]),
    [
      ['A gives B.', true],
      ['So C.', false],
      ['B gives', false],
    ],
  );
  assert.deepEqual(parseProof(' \n '), []);
});

test('a thought claims its steps, not its failed tries, not its check and not what was cut off', () => {
  const thought = 'A gives B. try C gives E. no. B gives C. done. check B gives C. A gives T.';
  assert.equal(renderSteps(claimedSteps(thought)), 'A gives B. B gives C.');
  assert.equal(renderSteps(claimedSteps('A gives B. B gives')), 'A gives B.');
});
