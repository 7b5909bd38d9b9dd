import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCard, parseCard } from './load-card.ts';
import { mapRow } from './map-row.ts';

const cardOf = (fields: string, more = '') =>
  parseCard(
    `name: mine\ntitle: Mine\nlicence: MIT\nattribution: me\nget: ask me\nfiles: [{ path: a.jsonl }]\nfields: ${fields}\n${more}`,
    'mine.yaml',
  );
const origin = { source: 'mine', row: 1 };

test('columns become fields, placeholders nothing, tags what the card makes of them', () => {
  const card = cardOf(
    '{ id: [contest, year], statement: [problem, question], solutions: sols, answer: answers, comments: posts, placeholders: [omitted] }',
    `tags:
  contest: contest
  year: { columns: [when, year], pattern: '(\\d{4})', as: number }
  kind: { columns: label, values: { P: proof } }
  language: { value: en }
`,
  );
  const { row, fault } = mapRow(
    card,
    { subset: { value: 'b' } },
    {
      ...{ contest: 'AMC 10 (A)', year: '2021 Fall', question: ' Prove it. ', sols: ['One.', 'omitted'] },
      ...{ answers: ['1', '2'], posts: ['I think so.'], label: 'Q' },
    },
    origin,
  );
  assert.equal(fault, undefined);
  assert.equal(row.id, 'mine-amc-10-a-2021-fall');
  assert.equal(row.statement, 'Prove it.');
  assert.deepEqual(row.solutions, ['One.']);
  assert.equal(row.answer, '1, 2');
  assert.deepEqual(row.comments, ['I think so.']);
  assert.deepEqual(row.tags, { contest: 'AMC 10 (A)', year: 2021, language: 'en', subset: 'b' });
  assert.equal(row.licence, 'MIT');
});

test('without a name of its own a row is called after its statement, wherever it stands', () => {
  const card = cardOf('{ id: number, statement: problem }');
  const ids = [1, 2].map((row) => mapRow(card, {}, { problem: 'Prove it.' }, { source: 'mine', row }).row.id);
  assert.match(String(ids[0]), /^mine-[\da-f]{16}$/);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(mapRow(card, {}, { problem: 'Prove that.' }, origin).row.id, ids[0]);
});

test('a row without a statement is named as a fault', () => {
  const { row, fault } = mapRow(cardOf('{ statement: problem }'), {}, { problem: ' ' }, origin);
  assert.equal(fault?.reason, 'no-statement');
  assert.equal(row.statement, '(no statement)');
});

test('attempts without a grade count apart, and none graded means that nothing is known (NULL-NOT-ZERO)', () => {
  const card = cardOf('{ statement: p, difficulty: { rewards: rewards, model: m, judge: j } }');
  const difficultyOf = (rewards: unknown) => mapRow(card, {}, { p: 'x', rewards }, origin).row.difficulty;
  const found = difficultyOf([1, 0, null, 0.5]);
  assert.equal(found?.attempts, 3);
  assert.equal(found?.ungraded, 1);
  assert.equal(found?.meanReward, 0.5);
  assert.equal(found?.solved, 1);
  assert.ok(found !== undefined && found.interval[0] > 0 && found.interval[1] < 1);
  assert.equal(difficultyOf([null, null]), undefined);
  assert.equal(difficultyOf([7]), undefined);
  assert.equal(difficultyOf(undefined), undefined);
});

test('released grades are read as points, else as rewards, else as their mean (NULL-NOT-ZERO)', () => {
  const card = loadCard('fineproofs-rl');
  const difficultyOf = (cells: object) =>
    mapRow(card, {}, { problem: 'Prove it.', ...cells }, origin).row.difficulty;
  const whole = { num_rewards: 4, reward_mean: 0.25, reward_std: 0.4 };
  const rewards = [1, 0, null, 0.5];
  const byPoints = difficultyOf({ ...whole, rewards, scores: [7, 0, null, 3] });
  assert.deepEqual([byPoints?.attempts, byPoints?.ungraded, byPoints?.solved], [3, 1, 1]);
  assert.ok(Math.abs((byPoints?.meanReward ?? 0) - 10 / 21) < 1e-12);
  // A list on another scale is not believed.
  const byRewards = difficultyOf({ ...whole, rewards, scores: [10, 0, null, 5] });
  assert.deepEqual([byRewards?.attempts, byRewards?.solved, byRewards?.meanReward], [3, 1, 0.5]);
  const byMean = difficultyOf(whole);
  assert.deepEqual([byMean?.attempts, byMean?.solved, byMean?.meanReward], [4, undefined, 0.25]);
  for (const none of [{}, { reward_mean: 0.5 }, { reward_mean: 7, num_rewards: 3 }, { rewards: [null] }])
    assert.equal(difficultyOf(none), undefined);
});
