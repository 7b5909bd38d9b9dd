/** What the sittings with stragglers and dead workers come to: figures, what is wanted of them, and broken promises. */
import type { AsynchronousRecord } from '../../../src/recipe/fixtures/asynchronous-record.ts';
import { kolmogorovSmirnov } from '../../../src/stats/kolmogorov-smirnov.ts';
import { mean } from '../../../src/stats/moments.ts';
import { quantile } from '../prove/setting.ts';
import type { RunLengths } from './straggler-lengths.ts';
import type { Reading, SittingFigures } from './straggler-program.ts';
import type { StragglerOptions } from './stragglers.ts';

export interface ViewerFigures {
  readonly polls: number;
  readonly busy: number;
  readonly failed: readonly string[];
}

export interface StragglerOutcome {
  readonly options: StragglerOptions;
  readonly rollouts: number;
  readonly sittings: readonly SittingFigures[];
  readonly viewers: readonly ViewerFigures[];
  readonly record: AsynchronousRecord;
  readonly lengths: RunLengths;
  /** Effects that were acknowledged in one sitting and made in a later one. */
  readonly madeAgain: number;
}

const most = { drainSeconds: 15, distance: 0.02, bytes: 2 ** 30, slope: 1e6, slowerWrites: 1.2, lost: 0.9 };
const heldOutAttempts = 16;
/** Rollouts from which on a slope tells something. */
const enoughForSlope = 5_000;
/** And writes for their 99th percentile. */
const enoughWrites = 2_000;

export function stragglerRows(outcome: StragglerOutcome): {
  rows: string[][];
  faults: string[];
  summary: string;
} {
  const { options, rollouts, sittings, viewers, record, lengths } = outcome;
  const rows: string[][] = [];
  const faults: string[] = [];
  const tell = (what: string, figure: string, wanted = '', isKept = true): void => {
    rows.push([what, figure, wanted]);
    if (!isKept) faults.push(`${what}: ${figure}, wanted ${wanted}`);
  };
  const droppedGroups = Object.values(record.dropped).reduce((sum, count) => sum + count, 0);
  const reasons = Object.entries(record.dropped).map(([reason, count]) => `${count} ${reason}`);
  tell(
    'groups dispatched = trained + dropped + cancelled',
    `${record.trained + droppedGroups + record.cancelled} = ${record.trained} + ${droppedGroups} + ${record.cancelled} (${reasons.join(', ')})`,
    'each once',
  );
  const { madeAgain } = outcome;
  tell('rollouts and grades acknowledged and made again', `${madeAgain}`, '0', madeAgain === 0);
  const graded = sittings.flatMap(({ gradedSeeds }) => gradedSeeds);
  const doubly = graded.length - new Set(graded).size;
  tell('gradings, doubly', `${graded.length}, ${doubly}`, '0 doubly', doubly === 0);
  tell(
    'answers of leases that had run out',
    `${sum(sittings, ({ unwanted }) => unwanted)}`,
    'not listened to',
  );
  const oldest = Math.max(...record.tokensByLag.keys());
  tell('oldest token trained', `${oldest} steps`, `≤ ${options.maxLag}`, oldest <= options.maxLag);

  const readings = sittings.flatMap((sitting) => sitting.readings);
  const waiting = Math.max(...readings.map((reading) => reading.sampled - reading.graded));
  // Those of dropped groups are never graded; neither sitting asks for held-out scores more than twice.
  const bound =
    (options.maxLag + 1) * options.groupsPerStep * options.groupSize +
    lengths.dropped.length +
    heldOutAttempts;
  tell(
    'most rollouts sampled and not graded, dropped ones with them',
    `${waiting}`,
    `≤ ${bound}: the sampler is held back`,
    waiting <= bound,
  );
  const places = options.workers * options.placesOfWorker;
  const inFlight = Math.max(...sittings.map(({ mostInFlight }) => mostInFlight));
  // The canary of an update has no place.
  tell('most asked of the workers at once', `${inFlight}`, `≤ ${places} places + 4`, inFlight <= places + 4);

  const drain = sittings[0]?.drainSeconds ?? Number.NaN;
  tell(
    'told to stop: to the end',
    `${drain.toFixed(1)} s`,
    `≤ ${most.drainSeconds} s`,
    drain <= most.drainSeconds,
  );
  const speed = speeds(sittings[0]?.readings ?? []);
  const usual = speed.get('no trouble') ?? 0;
  for (const phase of ['no trouble', 'a worker dies', 'a worker is slow'] as const) {
    const own = speed.get(phase);
    const figure = own === undefined ? 'not measured' : `${own.toFixed(1)} /s`;
    const isSlower = (own ?? 0) < most.lost * usual;
    tell(`graded, ${phase}`, figure, phase === 'no trouble' ? '' : `≥ ${most.lost} of that`, !isSlower);
  }

  const toTwin = kolmogorovSmirnov(lengths.trained, lengths.twin);
  tell(
    'lengths, trained against the undisturbed twin: KS',
    toTwin.distance.toFixed(4),
    `< ${most.distance}`,
    toTwin.distance < most.distance,
  );
  if (lengths.dropped.length > 0) {
    const toDropped = kolmogorovSmirnov(lengths.trained, lengths.dropped);
    tell(
      `lengths, trained against the ${lengths.dropped.length} dropped: KS`,
      `${toDropped.distance.toFixed(4)}, p ${toDropped.pValue.toPrecision(2)}; means ${mean(lengths.trained).toFixed(0)} and ${mean(lengths.dropped).toFixed(0)} tokens`,
      'p > 0.01',
      toDropped.pValue > 0.01,
    );
  }
  const ifFirst = kolmogorovSmirnov(lengths.first, lengths.twin);
  tell(
    'had a step taken what ended first: KS',
    ifFirst.distance.toFixed(4),
    `> ${most.distance}, or nothing is tested`,
    ifFirst.distance > most.distance,
  );

  const peaks = sittings.map(({ peakBytes }) => peakBytes);
  const peak = Math.max(...peaks);
  tell('peak of resident memory, by sitting', peaks.map(megabytes).join(', '), '< 1 GiB', peak < most.bytes);
  const isTold = rollouts >= enoughForSlope;
  for (const [what, of] of [
    ['resident memory', (one: Reading) => one.residentBytes],
    ['allocated by JavaScript', (one: Reading) => one.allocatedBytes],
  ] as const) {
    const { slope, from, to } = slopeOf(sittings[0]?.readings ?? [], of);
    tell(
      `${what}, by a thousand rollouts graded (${from} to ${to})`,
      `${((1000 * slope) / 1e6).toFixed(2)} MB`,
      isTold ? '< 1 MB' : 'too few to tell',
      !isTold || 1000 * slope < most.slope,
    );
  }
  const held = waiting * options.payloadBytes;
  tell('samples alone that waited', megabytes(held), `held: ${megabytes(options.heldBytes)}`);

  const [alone, watched] = (['alone', 'watched'] as const).map((who) =>
    sittings.flatMap(({ writes }) => writes[who]),
  );
  const p99 = [alone, watched].map((times = []) => quantile(times, 0.99));
  const [before = 0, meanwhile = 0] = p99;
  const enough = Math.min(alone?.length ?? 0, watched?.length ?? 0) >= enoughWrites;
  tell(
    'write, 99th percentile, alone and while it is read',
    `${before.toFixed(0)} and ${meanwhile.toFixed(0)} ms (${alone?.length} and ${watched?.length} writes)`,
    enough ? `≤ ${most.slowerWrites} times` : 'too few to tell',
  );
  const polls = sum(viewers, (viewer) => viewer.polls);
  const busy = sum(viewers, (viewer) => viewer.busy);
  const failed = viewers.flatMap((viewer) => viewer.failed);
  tell(
    'reads by the viewer, SQLITE_BUSY, failed otherwise',
    `${polls}, ${busy}, ${failed.length}`,
    '0 and 0',
    busy + failed.length === 0,
  );
  const summary = `${record.trained} groups trained, ${droppedGroups} dropped; peak ${megabytes(peak)}; KS ${toTwin.distance.toFixed(4)} to the twin`;
  return { rows, faults, summary };
}

/** Gradings a second by what troubled the run. */
function speeds(readings: readonly Reading[]): Map<string, number> {
  const speed = new Map<string, number>();
  for (const [phase, own] of Map.groupBy(readings, (reading) => reading.phase)) {
    const during = own.filter(({ graded }) => graded > 0);
    const [first, last] = [during[0], during.at(-1)];
    if (first === undefined || last === undefined || last.seconds - first.seconds < 1) continue;
    speed.set(phase, (last.graded - first.graded) / (last.seconds - first.seconds));
  }
  return speed;
}

/** Bytes a graded rollout, by least squares, once a fifth has been graded. */
function slopeOf(
  readings: readonly Reading[],
  of: (reading: Reading) => number,
): { readonly slope: number; readonly from: number; readonly to: number } {
  const to = readings.at(-1)?.graded ?? 0;
  const from = Math.ceil(to / 5);
  const own = readings.filter(({ graded }) => graded >= from);
  const [x, y] = [mean(own.map(({ graded }) => graded)), mean(own.map(of))];
  const products = sum(own, (one) => (one.graded - x) * (of(one) - y));
  return { slope: products / sum(own, (one) => (one.graded - x) ** 2), from, to };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
