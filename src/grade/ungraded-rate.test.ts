import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradeOfNoProof } from './grade.ts';
import { checkUngraded, TooManyUngradedError, UngradedCount } from './ungraded-rate.ts';

test('NULL-NOT-ZERO: a rate above the threshold is an error that names the counts by cause', () => {
  const count = new UngradedCount();
  assert.equal(count.rate, 0);
  checkUngraded(count);
  for (let i = 0; i < 95; i += 1) count.add(gradeOfNoProof('judge', 'empty'));
  for (let i = 0; i < 5; i += 1) {
    count.add({ kind: 'ungraded', cause: 'unparsable', detail: 'it has no verdict', grader: 'judge' });
  }
  // At the threshold is not above it.
  checkUngraded(count);
  count.addUngraded('call-failed', 'nobody there');
  assert.throws(
    () => checkUngraded(count),
    (error: unknown) => {
      assert.ok(error instanceof TooManyUngradedError);
      assert.equal(
        error.message,
        '6 of 101 proofs (5.9 %) could not be graded, and 5 % is the limit: 5 unparsable, 1 call-failed. For example: it has no verdict',
      );
      return true;
    },
  );
  checkUngraded(count, 0.1);
  count.addGraded(100);
  checkUngraded(count);
});

test('when nothing can be graded at all, that is above every threshold but 1', () => {
  const count = new UngradedCount();
  count.addUngraded('no-scheme');
  assert.throws(() => checkUngraded(count, 0.99), /1 of 1 proofs \(100 %\) .*: 1 no-scheme$/);
  checkUngraded(count, 1);
});
