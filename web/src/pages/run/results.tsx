/** Scores of the checkpoints with their intervals, and the claims that they show or do not show. */
import type { ResultClaim, ResultScore, RunOverview, RunResult } from '../../../../src/view/api/run.ts';
import { formatCount, formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { Interval } from '../../parts/interval.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useResource } from '../../resource.ts';

export function Results({ overview }: { readonly overview: RunOverview }) {
  const { value, error, again } = useResource('runs/:run/result.json', { run: overview.id });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading results" />;
    return <Problem title="The results could not be read" text={error} again={again} />;
  }
  const { scores, claims, judge, hasReport } = value;
  if (scores.length === 0 && claims.length === 0) {
    return (
      <Empty title="There is no result yet">
        <p>
          Scores appear with the first evaluation, claims with their intervals when the report is written.
        </p>
      </Empty>
    );
  }
  return (
    <div class="run-results">
      {scores.length > 0 && (
        <section aria-label="Scores">
          <h2>Scores on test problems</h2>
          <p class="run-what">
            Percent of full marks on problems that nothing was trained on
            {hasReport ? ', with 95 % intervals.' : '. Intervals come with the report.'}
          </p>
          <Table
            caption="Scores"
            columns={scoreColumns}
            rows={scores}
            rowKey={({ checkpoint, scaffold }) => `${checkpoint}/${scaffold}`}
          />
        </section>
      )}
      {judge !== null && <Judge judge={judge} />}
      {claims.length > 0 && <Claims claims={claims} />}
    </div>
  );
}

const scoreColumns: readonly Column<ResultScore>[] = [
  {
    id: 'checkpoint',
    title: 'Checkpoint',
    cell: ({ checkpoint }) => <b class={`run-checkpoint ${checkpoint}`}>{checkpoint}</b>,
  },
  {
    id: 'scaffold',
    title: 'Scaffold',
    by: ({ scaffold }) => scaffold,
    cell: ({ scaffold }) => scaffoldWords(scaffold),
  },
  {
    id: 'score',
    title: 'Score, %',
    isNumber: true,
    by: ({ mean }) => mean,
    cell: ({ mean, interval }) => <Interval mean={mean} interval={interval} scale={[0, 100]} />,
  },
  {
    id: 'tokens',
    title: 'Tokens per attempt',
    isNumber: true,
    by: ({ tokens }) => tokens,
    cell: ({ tokens }) => formatCount(tokens),
  },
  {
    id: 'attempts',
    title: 'Graded attempts',
    isNumber: true,
    isMinor: true,
    by: ({ attempts }) => attempts,
    cell: ({ attempts }) => formatNumber(attempts),
  },
];

const scaffolds: Readonly<Record<string, string>> = {
  single: 'single turn',
  'reasoning-cache': 'Reasoning Cache, last turn',
  majority: 'majority vote',
  'best-of-n': 'best of n',
  'deepseek-math': 'DeepSeekMath',
  rsa: 'RSA',
};

function scaffoldWords(scaffold: string): string {
  const turn = /^reasoning-cache@turn-(\d+)$/.exec(scaffold)?.[1];
  return turn === undefined ? (scaffolds[scaffold] ?? scaffold) : `Reasoning Cache, turn ${turn}`;
}

function Judge({ judge }: { readonly judge: NonNullable<RunResult['judge']> }) {
  const figures = [
    ['verdicts that are right', judge.accuracy],
    ['wrong proofs called right', judge.falseAccepts],
    ['right proofs called wrong', judge.falseRejects],
    ['pairs ordered rightly', judge.pairs],
  ] as const;
  return (
    <section aria-label="The judge">
      <h2>What the judge is worth</h2>
      <dl class="run-step-figures">
        {figures.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{formatNumber(value, 1)} %</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}

const verdicts: Readonly<Record<ResultClaim['verdict'], string>> = {
  shown: 'shown',
  'not-shown': 'not shown: could be chance',
  opposite: 'the opposite shows',
  'not-measured': 'not measured',
};

function Claims({ claims }: { readonly claims: readonly ResultClaim[] }) {
  const shown = claims.filter(({ verdict }) => verdict === 'shown').length;
  const headings = [...new Set(claims.map(({ heading }) => heading))];
  return (
    <section aria-label="Effects">
      <h2>
        {shown} of {claims.length} effects show
      </h2>
      <p class="run-what">
        An effect is shown when its whole paired 95 % interval lies on the side of the claim. Estimates count
        in the direction of the claim.
      </p>
      {headings.map((heading) => (
        <div key={heading ?? ''}>
          {heading !== null && <h3>{heading}</h3>}
          <ul class="run-claims">
            {claims
              .filter((claim) => claim.heading === heading)
              .map((claim) => (
                <Claim key={claim.id} claim={claim} claims={claims} />
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Claim({ claim, claims }: { readonly claim: ResultClaim; readonly claims: readonly ResultClaim[] }) {
  const { claim: text, estimate, interval, unit, within, verdict, why } = claim;
  return (
    <li class={verdict}>
      <span class="run-claim-text">
        {text}
        {within !== null && <span class="quiet"> (within ±{within})</span>}
      </span>
      {interval !== null && (
        <Bar interval={interval} estimate={estimate ?? 0} scale={scaleOf(claims, unit)} />
      )}
      <span class="run-claim-estimate">
        {estimate !== null && <b>{signed(estimate)}</b>}
        {interval !== null && (
          <span class="quiet">
            {' '}
            {signed(interval[0])} to {signed(interval[1])} {unit}
          </span>
        )}
      </span>
      <span class={`run-verdict ${verdict}`}>
        {why === null ? verdicts[verdict] : `not measured: ${why}`}
      </span>
    </li>
  );
}

function scaleOf(claims: readonly ResultClaim[], unit: ResultClaim['unit']): readonly [number, number] {
  const ends = claims.flatMap((claim) => (claim.unit === unit ? (claim.interval ?? []) : []));
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  return high > low ? [low, high] : [-1, 1];
}

function Bar({
  interval: [low, high],
  estimate,
  scale: [least, most],
}: {
  readonly interval: readonly [number, number];
  readonly estimate: number;
  readonly scale: readonly [number, number];
}) {
  const at = (value: number): number => 2 + (96 * (value - least)) / (most - least);
  return (
    <svg class="run-claim-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <line x1={at(0)} x2={at(0)} y1="0" y2="12" class="zero" />
      <line x1={at(low)} x2={at(high)} y1="6" y2="6" class="range" />
      <line x1={at(estimate)} x2={at(estimate)} y1="2" y2="10" class="point" />
    </svg>
  );
}

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${formatNumber(Math.abs(value), 1)}`;
}
