/**
 * Whether a judge is still the judge that was pinned: it grades the pinned proofs anew, with the same seeds, and three things
 * are tested over problems: the mean of its grades, its advantage error against people, and its rate of ungraded proofs. It
 * has drifted where a change is larger than the threshold that was stated, and significant after Holm's correction for
 * all tests of the check. NULL-NOT-ZERO: a proof without a grade, then or now, has no change of its points.
 */
import type { BenchRecords } from '../../bench/records.ts';
import { type ClusterEstimate, clusterBootstrap } from '../../stats/cluster-bootstrap.ts';
import { holm } from '../../stats/compare/multiplicity.ts';
import { mean } from '../../stats/moments.ts';
import { Random } from '../../stats/random.ts';
import { signFlipPValue } from '../../stats/sign-flip.ts';
import { comparable } from './agreement-figures.ts';
import type { Arm } from './arm.ts';
import { type CalibrationSet, problemOf } from './calibration-set.ts';
import { taskOf } from './gradings.ts';
import { contentOf, type Pin } from './pin.ts';
import { placeOf } from './run-calibration.ts';

export interface DriftThresholds {
  /** Of the mean grade and of the advantage error, in points of 7. */
  readonly points: number;
  /** Of the share of ungraded proofs, 0 to 1. */
  readonly ungraded: number;
}

export const usualDriftThresholds: DriftThresholds = { points: 0.25, ungraded: 0.05 };

export type DriftMeasure = 'mean grade' | 'advantage error' | 'ungraded';

export interface DriftTest {
  readonly measure: DriftMeasure;
  readonly before: number;
  readonly now: number;
  /** Now less then, each problem weighing the same. */
  readonly change: ClusterEstimate;
  readonly problems: number;
  readonly pValue: number;
  /** Over all tests of the check. */
  readonly holm: number;
  readonly threshold: number;
  readonly hasDrifted: boolean;
}

export interface JudgeDrift {
  readonly spec: string;
  readonly label: string;
  /** Its name differs: another model, other settings, or reworded prompts. */
  readonly isAnother: { readonly before: string; readonly now: string } | undefined;
  readonly tests: readonly DriftTest[];
  /** Share of gradings with the same points as then. */
  readonly same: number | undefined;
  /** Pinned proofs that are no longer the same, or are gone. */
  readonly changed: number;
}

export interface DriftRequest {
  readonly pin: Pin;
  readonly sets: readonly CalibrationSet[];
  /** In the order of the pinned judges. */
  readonly arms: readonly { readonly arm: Arm; readonly label: string }[];
  readonly records: BenchRecords;
  readonly thresholds: DriftThresholds;
}

/** A grading then and now. */
interface Pair {
  readonly problem: string;
  readonly repeat: number;
  readonly reference: number;
  readonly threshold: CalibrationSet['threshold'];
  readonly before: number | null;
  readonly now: number | null;
}

type Change = Pick<DriftTest, 'measure' | 'before' | 'now' | 'threshold'> & {
  readonly change_P: readonly number[];
};

/** One for each pinned judge that was asked again. */
export function driftOf(request: DriftRequest): JudgeDrift[] {
  const { pin, arms, thresholds } = request;
  const drawn = pin.judges.flatMap((pinned, index) => {
    const asked = arms[index];
    if (asked === undefined) return [];
    const { pairs, changed } = pairsOf(request, pinned, asked.arm);
    return [{ pinned, ...asked, pairs, changed, changes: changesOf(pairs, thresholds) }];
  });
  const tested = drawn.flatMap(({ pinned, changes }) =>
    changes.map((change) => {
      const random = new Random(pin.seed, 'drift', pinned.spec, change.measure);
      const interval = clusterBootstrap(change.change_P, mean, { random });
      return {
        ...{ change, interval: interval ?? { estimate: mean(change.change_P), interval: undefined } },
        pValue: signFlipPValue(change.change_P, { random: random.fork('sign-flip') }),
      };
    }),
  );
  const adjusted = holm(tested.map(({ pValue }) => pValue));
  return drawn.map(({ pinned, arm, label, pairs, changed, changes }) => {
    const both = pairs.filter(({ before, now }) => before !== null && now !== null);
    return {
      ...{ spec: pinned.spec, label, changed },
      isAnother: pinned.name === arm.name ? undefined : { before: pinned.name, now: arm.name },
      same:
        both.length === 0 ? undefined : both.filter(({ before, now }) => before === now).length / both.length,
      tests: changes.flatMap((change) => {
        const index = tested.findIndex((one) => one.change === change);
        const test = tested[index];
        if (test === undefined) return [];
        const corrected = adjusted[index] ?? 1;
        const { measure, before, now, threshold, change_P } = change;
        return [
          {
            ...{ measure, before, now, threshold, change: test.interval, problems: change_P.length },
            ...{ pValue: test.pValue, holm: corrected },
            hasDrifted: corrected <= 0.05 && Math.abs(test.interval.estimate) > threshold,
          },
        ];
      }),
    };
  });
}

function pairsOf(
  { pin, sets, records }: DriftRequest,
  pinned: Pin['judges'][number],
  arm: Arm,
): { readonly pairs: readonly Pair[]; readonly changed: number } {
  const pairs: Pair[] = [];
  let found = 0;
  for (const set of sets) {
    for (const proof of set.proofs) {
      const task = taskOf(set, proof);
      if (pin.proofs[task.id] !== contentOf(placeOf(task, 0))) continue;
      const earlier = pinned.grades[task.id];
      if (earlier === undefined) continue;
      found += 1;
      earlier.forEach((before, repeat) => {
        const row = records.grade(arm.name, placeOf(task, repeat));
        // Not asked yet is neither.
        if (row === undefined) return;
        const { reference } = proof;
        const { threshold } = set;
        pairs.push({ problem: problemOf(proof), repeat, reference, threshold, before, now: row.points });
      });
    }
  }
  return { pairs, changed: Object.keys(pinned.grades).length - found };
}

function changesOf(pairs: readonly Pair[], thresholds: DriftThresholds): Change[] {
  const byProblem = [...Map.groupBy(pairs, ({ problem }) => problem).values()];
  const over = (
    measure: DriftMeasure,
    limit: number,
    of: (own: readonly Pair[], when: 'before' | 'now') => number | undefined,
  ): Change[] => {
    const values = byProblem.flatMap((own) => {
      const [before, now] = [of(own, 'before'), of(own, 'now')];
      return before === undefined || now === undefined ? [] : [{ before, now }];
    });
    if (values.length === 0) return [];
    return [
      {
        ...{ measure, threshold: limit, change_P: values.map(({ before, now }) => now - before) },
        before: mean(values.map(({ before }) => before)),
        now: mean(values.map(({ now }) => now)),
      },
    ];
  };
  const graded = (own: readonly Pair[]) => own.filter(({ before, now }) => before !== null && now !== null);
  return [
    ...over('mean grade', thresholds.points, (own, when) => {
      const points = graded(own).map((pair) => pair[when] ?? 0);
      return points.length === 0 ? undefined : mean(points);
    }),
    ...over('advantage error', thresholds.points, (own, when) => {
      const errors = [...Map.groupBy(graded(own), ({ repeat }) => repeat).values()].flatMap((group) => {
        if (group.length < 2) return [];
        const differences = group.map((pair) => comparable(pair[when] ?? 0, pair.threshold) - pair.reference);
        const centre = mean(differences);
        return [mean(differences.map((difference) => Math.abs(difference - centre)))];
      });
      return errors.length === 0 ? undefined : mean(errors);
    }),
    ...over('ungraded', thresholds.ungraded, (own, when) =>
      mean(own.map((pair) => (pair[when] === null ? 1 : 0))),
    ),
  ];
}
