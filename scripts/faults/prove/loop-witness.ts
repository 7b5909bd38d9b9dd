/**
 * Preloaded into a `qed` process: writes down how long its event loop kept others waiting, and how far the date and the
 * monotonic clock went apart. Nothing of the product knows of it.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopWitness {
  /** Milliseconds that a timer was late. */
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
  /** Milliseconds: the largest and smallest difference between date and monotonic clock, from their first. */
  readonly dateAhead: number;
  readonly dateBehind: number;
}

const file = process.env.QED_LOOP_WITNESS;
if (isMainThread && file !== undefined) watch(file);

function watch(into: string): void {
  const resolution = 10;
  const delays = monitorEventLoopDelay({ resolution });
  const apart = (): number => Date.now() - performance.now();
  const first = apart();
  let [ahead, behind] = [0, 0];
  const look = setInterval(() => {
    const difference = apart() - first;
    ahead = Math.max(ahead, difference);
    behind = Math.min(behind, difference);
  }, 50);
  look.unref();
  // Loading the program is not what is measured.
  setTimeout(() => delays.enable(), 1_000).unref();
  process.on('exit', () => {
    delays.disable();
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    const found: LoopWitness = {
      p99: delays.count === 0 ? 0 : late(delays.percentile(99)),
      max: delays.count === 0 ? 0 : late(delays.max),
      samples: delays.count,
      dateAhead: ahead,
      dateBehind: behind,
    };
    writeFileSync(into, JSON.stringify(found));
  });
}
