/**
 * Comparisons that were computed, by selection. One is computed at a time; runs that go on change every second, so a comparison is
 * taken as it was for ten times as long as it took, and at least for some seconds.
 */
import type { Workplace } from '../workplace.ts';
import { computeInWorker } from './compute-in-worker.ts';
import type { EncodedComparison } from './encoded-comparison.ts';
import { selectSystems } from './select-systems.ts';

interface Known {
  /** Of the runs when it was begun, and whether it is to be taken as it is. */
  readonly revision: string;
  readonly computed: Promise<EncodedComparison>;
  /** Milliseconds of the workplace's clock until which newer revisions are not looked at. */
  until: number;
}

const shortestMilliseconds = 5_000;
const timesAsLong = 10;
const mostKept = 8;

const comparisons = new WeakMap<Workplace, Map<string, Known>>();
let last: Promise<unknown> = Promise.resolve();

/** Throws a NotFoundError for what is not there, and an Error that names the run which cannot be read. */
export async function comparisonOf(workplace: Workplace, selection: string): Promise<EncodedComparison> {
  return await (await knownOf(workplace, selection)).computed;
}

/** Of what `comparisonOf` gives now. */
export async function comparisonRevision(workplace: Workplace, selection: string): Promise<string> {
  return (await knownOf(workplace, selection)).revision;
}

async function knownOf(workplace: Workplace, selection: string): Promise<Known> {
  const own = comparisons.get(workplace) ?? new Map<string, Known>();
  comparisons.set(workplace, own);
  const earlier = own.get(selection);
  if (earlier !== undefined && workplace.now() < earlier.until) return earlier;
  const sources = await selectSystems(workplace, selection);
  const runs = [...new Set(sources.map(({ id }) => id))];
  const revisions = await Promise.all(runs.map((run) => workplace.revision(run)));
  const revision = [sources.length, ...revisions].join('+');
  // Another asker may have begun it meanwhile.
  const current = own.get(selection);
  if (current?.revision === revision) return current;
  const began = workplace.now();
  const computed = inTurn(() => computeInWorker(sources));
  const known: Known = { revision, computed, until: Number.POSITIVE_INFINITY };
  own.delete(selection);
  own.set(selection, known);
  for (const oldest of [...own.keys()].slice(0, Math.max(0, own.size - mostKept))) own.delete(oldest);
  computed.then(
    () => {
      const took = workplace.now() - began;
      known.until = workplace.now() + Math.max(shortestMilliseconds, timesAsLong * took);
    },
    // It may be mended by now; who asked is told.
    () => own.delete(selection),
  );
  return known;
}

async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const before = last;
  const own = Promise.withResolvers<void>();
  last = own.promise;
  await before;
  try {
    return await work();
  } finally {
    own.resolve();
  }
}
