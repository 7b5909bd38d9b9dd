/** The 400 gold answers of IMO-AnswerBench, rewritten by rules. Skipped where ../shared/data/imo-bench is absent. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answerKindOf } from '../../problems/suites/answer-kind.ts';
import { openSuite } from '../../problems/suites/open-suite.ts';
import { answerKey } from './answer-key.ts';
import { compareHere } from './compare-here.ts';
import { rewritesOf } from './fixtures/rewrite-answer.ts';

const directory = fileURLToPath(new URL('../../../../shared/data/imo-bench', import.meta.url));
const skip = existsSync(directory) ? false : '../shared/data/imo-bench is not here';

/** At least so many of the rewritten forms are decided without a judge, by kind of answer. */
const leastShares = { integer: 1, rational: 1, constant: 1, several: 0.98, symbolic: 0.98 } as const;

test('no rewritten gold answer is judged wrongly, and nearly all are decided', { skip }, async () => {
  const { problems } = await openSuite('imo-answerbench', { path: directory, environment: {} });
  const wrong: unknown[] = [];
  const decided = new Map<string, number>();
  const all = new Map<string, number>();
  for (const { id, statement, answer = '' } of problems) {
    const kind = answerKindOf(answer);
    const { same, other } = rewritesOf(answer);
    // Every third of them here, all of them in the benchmark.
    const cases = [
      ...same.map((one) => ({ ...one, truth: 'equal' })),
      ...other.map((one) => ({ ...one, truth: 'different' })),
    ];
    for (const { rule, text, truth } of cases.filter((_, index) => (index + all.size) % 3 === 0)) {
      const comparison = compareHere(answer, text, { statement });
      all.set(kind, (all.get(kind) ?? 0) + 1);
      if (comparison.verdict === 'unknown') continue;
      decided.set(kind, (decided.get(kind) ?? 0) + 1);
      if (comparison.verdict !== truth) wrong.push({ id, rule, answer, text, ...comparison });
    }
  }
  assert.deepEqual(wrong, []);
  for (const [kind, least] of Object.entries(leastShares)) {
    const share = (decided.get(kind) ?? 0) / (all.get(kind) ?? 0);
    assert.ok(share >= least, `${kind}: ${share}`);
  }
});

test('gold answers with one key are equal, and each equals itself', { skip }, async () => {
  const { problems } = await openSuite('imo-answerbench', { path: directory, environment: {} });
  const byKey = new Map<string, string>();
  for (const { answer = '' } of problems) {
    assert.equal(compareHere(answer, ` ${answer}`).verdict, 'equal', answer);
    const key = answerKey(answer);
    assert.ok(key !== undefined, answer);
    const first = byKey.get(key) ?? answer;
    byKey.set(key, first);
    assert.equal(compareHere(first, answer).verdict, 'equal', `${first} and ${answer}`);
  }
});
