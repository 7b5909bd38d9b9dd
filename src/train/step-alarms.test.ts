import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlarmLimits, stepAlarms, type WatchedStep } from './step-alarms.ts';

const limits: AlarmLimits = {
  ...{ entropy: 0.1, length: 0.5, overflow: 0.5, mismatchKl: 0.1, ungraded: 0.02, late: 0.1 },
};

/** Steps from 1 on, healthy but for what `change` says of them. */
function steps(count: number, change: (step: number) => Partial<WatchedStep>): WatchedStep[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ step: index + 1, reward: 0.4, lengthMean: 100, overflowShare: 0.1, entropy: 1, mismatchKl: 1e-4 },
    ...{ ungradedShare: 0, lateShare: 0 },
    ...change(index + 1),
  }));
}

const kinds = (watched: WatchedStep[], with_ = limits) =>
  stepAlarms(watched, with_).map(({ step, kind }) => `${kind} at ${step}`);

test('a healthy run gives no alarm, and one step out of bounds does not either', () => {
  assert.deepEqual(kinds(steps(40, () => ({}))), []);
  assert.deepEqual(kinds(steps(40, (step) => (step === 20 ? { lateShare: 0.4, mismatchKl: 0.4 } : {}))), []);
});

test('an entropy that collapses is told once, with where it came from', () => {
  const alarms = stepAlarms(
    steps(40, (step) => ({ entropy: step > 10 ? 0.05 : 1 })),
    limits,
  );
  assert.deepEqual(alarms, [
    {
      ...{ step: 15, kind: 'entropy' },
      text: 'entropy has fallen from 1.0 to 0.050 nats per token: attempts become alike, and groups soon teach nothing',
    },
  ]);
});

test('shorter attempts are an alarm where the reward does not rise, and none where it does', () => {
  const shrinking = (reward: number) => steps(40, (step) => (step > 10 ? { lengthMean: 30, reward } : {}));
  // From step 14 on the mean of five is below half.
  assert.deepEqual(kinds(shrinking(0.4)), ['length at 14']);
  assert.deepEqual(kinds(shrinking(0.5)), []);
});

test('overflow, mismatch of either sign, missing grades and late groups have limits of their own', () => {
  const after = (change: Partial<WatchedStep>) => steps(30, (step) => (step > 10 ? change : {}));
  assert.deepEqual(kinds(after({ overflowShare: 0.9 })), ['overflow at 13']);
  assert.deepEqual(kinds(after({ mismatchKl: -0.2 })), ['mismatchKl at 13']);
  assert.deepEqual(kinds(after({ ungradedShare: 0.05 })), ['ungraded at 13']);
  assert.deepEqual(kinds(after({ lateShare: 0.5 })), ['late at 12']);
});

test('what ceased to hold and holds again is told again', () => {
  const watched = steps(60, (step) => ({ lateShare: step % 20 < 8 ? 0.5 : 0 }));
  assert.deepEqual(kinds(watched), ['late at 5', 'late at 21', 'late at 41']);
});

test('a limit that is off is not watched, and steps without a figure say nothing about it', () => {
  const bad = steps(30, (step) => (step > 10 ? { overflowShare: 0.9, entropy: 0.01 } : {}));
  assert.deepEqual(kinds(bad, { ...limits, overflow: undefined, entropy: undefined }), []);
  const silent = bad.map(({ entropy, ...rest }) => ({ ...rest, overflowShare: 0 }));
  assert.deepEqual(kinds(silent), []);
});

test('a watch that goes on from the steps before tells what one that saw them all tells', () => {
  const watched = steps(40, (step) => ({ entropy: step > 10 ? 0.05 : 1 }));
  for (const cut of [3, 12, 14, 15, 30]) {
    const [before, after] = [watched.slice(0, cut), watched];
    const known = stepAlarms(before, limits).length;
    assert.deepEqual(stepAlarms(after, limits).slice(0, known), stepAlarms(before, limits));
  }
});
