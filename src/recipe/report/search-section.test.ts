import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildReport } from './build-report.ts';
import { reportFixture } from './report-fixture.ts';
import type { Evaluation, JudgeAccuracy, ReportInput } from './report-input.ts';
import { judgeShares } from './search-section.ts';

const judge: JudgeAccuracy = {
  verdicts: {
    '1': { '1': 80, '0.5': 10, '0': 8, none: 2 },
    '0.5': { '1': 5, '0.5': 5, '0': 0, none: 0 },
    '0': { '1': 15, '0.5': 5, '0': 75, none: 5 },
  },
  pairs: { right: 60, wrong: 10, undecided: 30 },
};

test('NULL-NOT-ZERO: a reply without a verdict is no agreement, not even with a wrong proof', () => {
  const shares = judgeShares(judge);
  assert.equal(shares.accuracy?.toFixed(2), ((100 * (80 + 5 + 75)) / 210).toFixed(2));
  assert.equal(shares.falseAccepts, 15);
  assert.equal(shares.falseRejects, 8);
  assert.equal(shares.pairs, 75);
  const nothing = { right: 0, wrong: 0, undecided: 0 };
  const none = { '1': 0, '0.5': 0, '0': 0, none: 0 };
  assert.deepEqual(judgeShares({ verdicts: { '1': none, '0.5': none, '0': none }, pairs: nothing }), {
    accuracy: undefined,
    falseAccepts: undefined,
    falseRejects: undefined,
    pairs: undefined,
  });
});

/** The fixture, with RL also evaluated by a scaffold that searches: the scores of a single turn, at ten times the cost. */
function searched(): ReportInput {
  const input = reportFixture();
  const single = input.evaluations.find((e) => e.checkpoint === 'rl' && e.scaffold === 'single');
  assert.ok(single !== undefined);
  const dear: Evaluation = {
    ...single,
    scaffold: 'deepseek-math',
    attempts_P_A: single.attempts_P_A.map((row) =>
      row.map((attempt) => ({ ...attempt, tokens: 10 * attempt.tokens })),
    ),
  };
  return { ...input, evaluations: [...input.evaluations, dear], judge };
}

test('the page says what searching costs and what the judge is worth; a run without search has no such part', () => {
  const { html, json } = buildReport(searched());
  assert.match(html, /<section id="search">/);
  assert.match(html, /DeepSeekMath<\/th>[\s\S]*?<td class="num">10\.0<\/td>/);
  assert.match(html, /accepts 15\.0 % of wrong ones and rejects 8\.0 % of right ones/);
  assert.equal(json.judge?.percent.falseAccepts, 15);
  assert.equal(json.scores.filter(({ scaffold }) => scaffold === 'deepseek-math').length, 1);
  const plain = buildReport(reportFixture());
  assert.doesNotMatch(plain.html, /id="search"/);
  assert.equal(plain.json.judge, undefined);
});
