import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../model/openai/virtual-clock.ts';
import { LeaseExpiredError, withLease } from './lease.ts';

test('work that does not end in its lease is told to stop and done again; who comes late is not listened to', async () => {
  const clock = new VirtualClock();
  const begun: AbortSignal[] = [];
  const late: (() => void)[] = [];
  const result = withLease(
    { seconds: 10, tries: 3, clock },
    'attempt 1',
    new AbortController().signal,
    (signal) => {
      begun.push(signal);
      // The first never listens; the second ends.
      return new Promise<string>((resolve) => {
        if (begun.length === 1) late.push(() => resolve('too late'));
        else clock.after(4_000, () => resolve('in time'));
      });
    },
  );
  await clock.advance(12_000);
  assert.equal(begun[0]?.aborted, true);
  late[0]?.();
  await clock.advance(2_000);
  assert.equal(await result, 'in time');
  assert.equal(begun.length, 2);
  assert.equal(clock.waiting, 0);
});

test('leases run out, failures are thrown on at once, and stopping is no expiry', async () => {
  const clock = new VirtualClock();
  const lease = { seconds: 5, tries: 2, clock };
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const hanging = withLease(lease, 'attempt 3', new AbortController().signal, never);
  await assert.rejects(clock.runUntil(hanging), (error) => {
    assert.ok(error instanceof LeaseExpiredError);
    assert.equal(error.message, 'attempt 3 has not ended within 5 s, 2 times');
    return true;
  });
  const signal = new AbortController().signal;
  await assert.rejects(
    withLease(lease, 'x', signal, async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  const stop = new AbortController();
  const stopped = withLease(lease, 'x', stop.signal, never);
  stop.abort(new Error('stopped'));
  await assert.rejects(stopped, /stopped/);
  assert.equal(clock.waiting, 0);

  // Work that does not listen is left behind, long before its lease has run out.
  const deaf = new AbortController();
  const left = withLease(
    { ...lease, seconds: 7_200 },
    'x',
    deaf.signal,
    () => new Promise<never>(() => undefined),
  );
  deaf.abort(new Error('not wanted'));
  await assert.rejects(clock.runUntil(left), /not wanted/);
  assert.ok(clock.now() < 60_000);
  assert.equal(clock.waiting, 0);
});
