/** Score, rank and what it took, a row for each system; beside it what is missing and what that could change. */
import type { ComparedSuite, ComparedSystem } from '../../../../src/view/api/compare.ts';
import { formatCount, formatDollars, formatNumber, formatPercent } from '../../format.ts';
import { Interval } from '../../parts/interval.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { linkTo } from '../../route.ts';
import { rangeText } from './range-text.ts';

interface Row {
  readonly number: number;
  readonly system: ComparedSystem;
}

export function ScoreTable({ suite }: { readonly suite: ComparedSuite }) {
  const rows = suite.systems.map((system, index): Row => ({ number: index + 1, system }));
  return (
    <Table
      caption={`Scores on ${suite.name}`}
      columns={columnsOf(suite)}
      rows={rows}
      rowKey={({ system }) => system.key}
    />
  );
}

function columnsOf({ systems }: ComparedSuite): Column<Row>[] {
  const has = (value: (system: ComparedSystem) => unknown): boolean =>
    systems.some((system) => value(system) != null);
  const cost = (pick: (cost: NonNullable<ComparedSystem['cost']>) => number | null) => (row: Row) =>
    row.system.cost === null ? null : pick(row.system.cost);
  const alike = alikeIn(systems);
  const areCut = systems.some((system) => (system.cost?.cut ?? 0) > 0);
  return [
    {
      id: 'number',
      title: '#',
      isNumber: true,
      by: ({ number }) => number,
      cell: ({ number }) => <SystemNumber number={number} />,
    },
    {
      id: 'system',
      title: 'System',
      by: ({ system }) => system.name,
      cell: ({ system }) => <Name system={system} alike={alike} />,
    },
    {
      id: 'drawing',
      title: '0 to 100 %',
      isMinor: true,
      cell: ({ system }) => <Drawn system={system} />,
    },
    {
      id: 'score',
      title: 'Score, %',
      isNumber: true,
      by: ({ system }) => system.score.mean?.estimate ?? null,
      cell: ({ system }) => <Score system={system} />,
    },
    ...when(
      has(({ deviation }) => deviation),
      {
        id: 'deviation',
        title: '± of runs',
        isNumber: true,
        isMinor: true,
        by: ({ system }) => system.deviation,
        cell: ({ system }) => formatNumber(system.deviation, 1),
      },
    ),
    ...when(systems.length > 1, {
      id: 'rank',
      title: 'Rank',
      isNumber: true,
      by: ({ system }) => system.ranks.low + system.ranks.high / 1000,
      cell: ({ system }) => rangeText(system.ranks.low, system.ranks.high),
    }),
    ...when(
      has(({ cost: own }) => own?.calls),
      {
        id: 'calls',
        title: 'Calls',
        isNumber: true,
        isMinor: true,
        by: cost(({ calls }) => calls),
        cell: ({ system }) => formatNumber(system.cost?.calls, 1),
      },
    ),
    {
      id: 'tokens',
      title: 'Reply tokens',
      isNumber: true,
      by: cost(({ tokens }) => tokens),
      cell: ({ system }) => formatCount(system.cost === null ? null : Math.round(system.cost.tokens)),
    },
    ...when(
      has(({ relative }) => relative),
      {
        id: 'relative',
        title: '× single turn',
        isNumber: true,
        isMinor: true,
        by: ({ system }) => system.relative,
        cell: ({ system }) => formatNumber(system.relative, 2),
      },
    ),
    ...when(
      systems.some((system) => (system.cost?.dollars ?? 0) > 0),
      {
        id: 'dollars',
        title: 'Cost',
        isNumber: true,
        by: cost(({ dollars }) => dollars),
        cell: ({ system }) => formatDollars(system.cost?.dollars ?? null),
      },
    ),
    ...when(areCut, {
      id: 'cut',
      title: 'Cut',
      isNumber: true,
      isMinor: true,
      by: cost(({ cut }) => cut),
      cell: ({ system }) => formatPercent(system.cost?.cut, 1),
    }),
    ...when(
      systems.some((system) => (system.cost?.judgeTokens ?? 0) > 0),
      {
        id: 'judge',
        title: 'Judge tokens',
        isNumber: true,
        isMinor: true,
        by: cost(({ judgeTokens }) => judgeTokens),
        cell: ({ system }) =>
          formatCount(
            system.cost?.judgeTokens === undefined ? null : Math.round(system.cost.judgeTokens ?? 0),
          ),
      },
    ),
    {
      id: 'graded',
      title: 'Graded',
      isNumber: true,
      isMinor: true,
      by: ({ system }) => system.counts.graded,
      cell: ({ system }) => <Graded system={system} />,
    },
  ];
}

function when(isThere: boolean, column: Column<Row>): Column<Row>[] {
  return isThere ? [column] : [];
}

export function SystemNumber({ number }: { readonly number: number }) {
  return <span class="compare-number">{number}</span>;
}

/** What all systems have in common is said once, above the table. */
export interface Alike {
  readonly path: string | undefined;
  readonly judge: string | undefined;
}

export function alikeIn(systems: readonly ComparedSystem[]): Alike {
  const one = (of: (system: ComparedSystem) => string): string | undefined => {
    const [first, ...others] = new Set(systems.map(of));
    return others.length === 0 ? first : undefined;
  };
  const hasOthers = systems.some(({ otherJudges }) => otherJudges.length > 0);
  return {
    path: systems.length > 1 ? one(({ path }) => path) : undefined,
    judge: hasOthers || systems.length < 2 ? undefined : one(({ judge }) => judge ?? 'nobody yet'),
  };
}

function Name({ system, alike }: { readonly system: ComparedSystem; readonly alike: Alike }) {
  const { name, run, path, judge, otherJudges, scaffold } = system;
  return (
    <div class="compare-system">
      <a href={linkTo('runs', run)} title={scaffold}>
        {name}
      </a>
      {alike.path === undefined && <span class="compare-detail">{path}</span>}
      {alike.judge === undefined && (
        <span class="compare-detail">
          graded by {judge ?? 'nobody yet'}
          {otherJudges.map((other) => (
            <span key={other.key}>
              {' · '}
              <a href={`#/compare/${other.key}`}>by {other.name}</a>
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

/** Score, interval and what ungraded attempts leave open on the scale that all rows share. */
function Drawn({ system: { score, bounds } }: { readonly system: ComparedSystem }) {
  const { mean } = score;
  if (mean === null) return null;
  return (
    <svg class="compare-drawn" viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true">
      {[0, 50, 100, 150, 200].map((at) => (
        <line key={at} class="compare-grid" x1={at} x2={at} y1="0" y2="16" />
      ))}
      {bounds !== null && (
        <line class="compare-open" x1={2 * bounds.low} x2={2 * bounds.high} y1="13" y2="13" />
      )}
      <line class="compare-range" x1={2 * mean.low} x2={2 * mean.high} y1="8" y2="8" />
      <rect class="compare-point" x={2 * mean.estimate - 1} y="3" width="2" height="10" />
    </svg>
  );
}

function Score({ system: { score } }: { readonly system: ComparedSystem }) {
  const { mean } = score;
  if (mean === null) return <>ungraded</>;
  return <Interval mean={mean.estimate} interval={[mean.low, mean.high]} />;
}

/** What has no grade, and between which scores the system would lie whatever it were. */
function Graded({ system: { counts, bounds } }: { readonly system: ComparedSystem }) {
  const { wanted, missing, pending, graded, ungraded } = counts;
  const lacks = [
    ...(missing > 0 ? [`${formatNumber(missing)} not made`] : []),
    ...(pending > 0 ? [`${formatNumber(pending)} not graded yet`] : []),
    ...ungraded.map(({ cause, count }) => `${formatNumber(count)} ${cause}`),
  ];
  return (
    <div class="compare-graded">
      {formatNumber(graded)} of {formatNumber(wanted)}
      {lacks.length > 0 && <span class="compare-lacks">{lacks.join(', ')}</span>}
      {lacks.length > 0 && bounds !== null && (
        <span class="compare-lacks">
          score within {formatNumber(bounds.low, 1)} to {formatNumber(bounds.high, 1)}
        </span>
      )}
    </div>
  );
}
