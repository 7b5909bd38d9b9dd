/**
 * People and judges on one queue: every pair with κ, the same points, within one, bias and their intervals over problems, and how
 * they stand by problem. What either did not grade is left out and counted (NULL-NOT-ZERO, in `stats/`).
 */
import { agreementFigures, nearest } from '../../curate/calibrate/agreement-figures.ts';
import { biasOf } from '../../curate/calibrate/bias.ts';
import { raterAgreement } from '../../stats/agreement/rater-agreement.ts';
import { type ClusterEstimate, clusterBootstrap } from '../../stats/cluster-bootstrap.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import { mean } from '../../stats/moments.ts';
import { quantile } from '../../stats/quantile.ts';
import { Random } from '../../stats/random.ts';
import type { AgreementPair, Estimated, LengthGrades, SystemGrades } from '../api/grades.ts';
import type { FinalGrade } from './final-grades.ts';
import type { QueueItem } from './queue-file.ts';

const options = (...name: readonly string[]): BootstrapOptions => ({
  random: new Random('human grades', ...name),
  resamples: 1000,
});

interface Compared {
  readonly item: QueueItem;
  readonly who: number | null;
  readonly against: number | null;
}

/** Judges against people, then each two people, then people of earlier gradings against these. */
export function agreementPairs(finals: readonly FinalGrade[]): AgreementPair[] {
  const people = peopleIn(finals);
  const graderPoints = ({ records }: FinalGrade, grader: string): number | null =>
    records.find((record) => record.grader === grader)?.points ?? null;
  const judged = judgesIn(finals).map((judge) =>
    pairOf(
      'judge',
      judge,
      'people',
      finals.flatMap((final) => {
        const own = final.item.judges.find((one) => one.judge === judge);
        return own === undefined ? [] : [{ item: final.item, who: own.points, against: final.points }];
      }),
    ),
  );
  const between = people.flatMap((first, index) =>
    people.slice(index + 1).map((second) =>
      pairOf(
        'people',
        second,
        first,
        finals.map((final) => ({
          item: final.item,
          who: graderPoints(final, second),
          against: graderPoints(final, first),
        })),
      ),
    ),
  );
  const earlier = [...new Set(finals.flatMap(({ item }) => item.people.map(({ grader }) => grader)))].map(
    (grader) =>
      pairOf(
        'people',
        `${grader}, before`,
        'people',
        finals.flatMap(({ item, points }) => {
          const own = item.people.find((one) => one.grader === grader);
          return own === undefined ? [] : [{ item, who: own.points, against: points }];
        }),
      ),
  );
  return [...judged, ...between, ...earlier];
}

export function judgesIn(finals: readonly FinalGrade[]): string[] {
  return [...new Set(finals.flatMap(({ item }) => item.judges.map(({ judge }) => judge)))];
}

export function peopleIn(finals: readonly FinalGrade[]): string[] {
  return [...new Set(finals.flatMap(({ records }) => records.map(({ grader }) => grader)))];
}

function pairOf(
  kind: AgreementPair['kind'],
  who: string,
  against: string,
  compared: readonly Compared[],
): AgreementPair {
  const rows = compared.filter((row) => row.against !== null);
  const proofs = rows.map((row) => ({
    ...{ problem: row.item.problem.statement, grade: row.who, reference: row.against },
  }));
  const { figures, coverage } = agreementFigures(
    proofs,
    { threshold: undefined },
    options('pair', who, against),
  );
  const both = rows.flatMap((row) =>
    row.who === null || row.against === null ? [] : [{ ...row, who: row.who, against: row.against }],
  );
  const confusion = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  for (const row of both) {
    const counts = confusion[nearest(row.against) ?? 0];
    const column = nearest(row.who) ?? 0;
    if (counts !== undefined) counts[column] = (counts[column] ?? 0) + 1;
  }
  return {
    ...{ kind, who, against, confusion },
    compared: coverage.compared,
    problems: coverage.problems,
    ungraded: kind === 'judge' ? coverage.ungraded : 0,
    figures: {
      quadraticKappa: estimated(figures.quadraticKappa),
      kappa: estimated(figures.kappa),
      exact: estimated(figures.exact),
      withinOne: estimated(figures.withinOne),
      bias: estimated(figures.bias),
      meanAbsolute: estimated(figures.meanAbsolute),
    },
    byProblem: [...Map.groupBy(both, ({ item }) => item.problem.statement).values()].map((own) => ({
      problem: own[0]?.item.problem.id ?? '',
      compared: own.length,
      against: mean(own.map((row) => row.against)),
      who: mean(own.map((row) => row.who)),
    })),
  };
}

/** Krippendorff's α of people's points. */
export function alphaOf(finals: readonly FinalGrade[]): Estimated | null {
  const people = peopleIn(finals);
  if (people.length < 2) return null;
  const items = finals.map(({ item, records }) => ({
    problem: item.problem.statement,
    ratings: people.map((grader) => records.find((record) => record.grader === grader)?.points ?? null),
  }));
  return estimated(raterAgreement(items, options('alpha')).figures.intervalAlpha);
}

export function systemGrades(finals: readonly FinalGrade[]): SystemGrades[] {
  const judges = judgesIn(finals);
  return [...Map.groupBy(finals, ({ item }) => item.system)].map(([system, own]) => ({
    system,
    proofs: own.length,
    people: meanOf(own, ({ points }) => points, system),
    judges: judges.map((judge) => {
      const given = (final: FinalGrade) =>
        final.item.judges.find((one) => one.judge === judge)?.points ?? null;
      const error = (final: FinalGrade): number | null => {
        const points = given(final);
        return points === null || final.points === null ? null : points - final.points;
      };
      return {
        judge,
        mean: meanOf(own, given, system, judge),
        bias: meanOf(own, error, system, judge, 'bias'),
      };
    }),
    medianCharacters: quantile(
      own.map(({ item }) => item.proof?.length ?? 0),
      0.5,
    ),
  }));
}

/** A judge's points less people's by length: does it pay for length what people do not? */
export function lengthGrades(finals: readonly FinalGrade[]): LengthGrades[] {
  return judgesIn(finals).map((judge) => {
    const gradings = finals.flatMap(({ item, points }) => {
      const row = item.judges.find((one) => one.judge === judge);
      if (row?.points == null || points === null || item.proof === null) return [];
      return [{ proof: { problem: item.problem, proof: item.proof, reference: points }, row }];
    });
    const { byLength, perDoubling } = biasOf(gradings, { threshold: undefined }, options('length', judge));
    return {
      judge,
      parts: byLength.map(({ name, gradings: proofs, bias }) => ({ name, proofs, bias: estimated(bias) })),
      perDoubling: estimated(perDoubling),
    };
  });
}

function meanOf(
  finals: readonly FinalGrade[],
  pointsOf: (final: FinalGrade) => number | null,
  ...name: readonly string[]
): Estimated | null {
  const values = finals.flatMap((final) => {
    const points = pointsOf(final);
    return points === null ? [] : [{ problem: final.item.problem.statement, points }];
  });
  if (values.length === 0) return null;
  const clusters = [...Map.groupBy(values, ({ problem }) => problem).values()];
  const statistic = (sample: typeof clusters) => mean(sample.flat().map(({ points }) => points));
  return estimated(clusterBootstrap(clusters, (sample) => statistic([...sample]), options('mean', ...name)));
}

function estimated(figure: ClusterEstimate | undefined): Estimated | null {
  if (figure === undefined) return null;
  const { estimate, interval } = figure;
  return { estimate, interval: interval === undefined ? null : [interval.low, interval.high] };
}
