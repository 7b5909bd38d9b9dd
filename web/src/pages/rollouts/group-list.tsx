/** Groups as rows: the problem, what became of it, and a mark for each attempt by its points. */
import { useState } from 'preact/hooks';
import type { RolloutGroupRow, RolloutStage } from '../../../../src/view/api/rollouts.ts';
import { formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { linkTo, setQuery } from '../../route.ts';
import { type GroupFilter, isWanted, rewardBands } from './group-filter.ts';
import { useGroups } from './use-groups.ts';
import { meanPoints, outcomeWords, reasonWords } from './words.ts';

/** Rows in the page; more than a few hundred nobody looks through. */
const mostShown = 200;

export function GroupList({
  run,
  stage,
  step,
  query,
}: {
  readonly run: string;
  readonly stage: RolloutStage;
  readonly step: number;
  readonly query: URLSearchParams;
}) {
  const [search, setSearch] = useState(query.get('search') ?? '');
  const scope = query.get('steps') === 'all' ? 'all' : step;
  const filter = { search, outcome: query.get('outcome') ?? '', reward: query.get('reward') ?? '' };
  const { rows, isWhole, error } = useGroups(run, stage, scope);
  const inScope = scope === 'all' ? rows : rows.filter((row) => row.step === step);
  const shown = inScope.filter((row) => isWanted(row, filter));
  return (
    <>
      <Fields>
        <ChoiceField
          label="Steps"
          value={scope === 'all' ? 'all' : ''}
          choices={[
            { value: '', text: `step ${step}` },
            { value: 'all', text: 'all steps' },
          ]}
          onValue={(steps) => setQuery({ steps })}
        />
        <SearchField
          label="Problem"
          value={search}
          onValue={(text) => {
            setSearch(text);
            setQuery({ search: text });
          }}
        />
        <ChoiceField
          label="Outcome"
          value={filter.outcome}
          choices={outcomeChoices(inScope)}
          onValue={(outcome) => setQuery({ outcome })}
        />
        <ChoiceField
          label="Reward"
          value={filter.reward}
          choices={rewardBands}
          onValue={(reward) => setQuery({ reward })}
        />
      </Fields>
      {error !== undefined && <Problem title="The groups could not be read" text={error} />}
      {error === undefined && rows.length === 0 && !isWhole && <Loading what="Reading groups" />}
      {(rows.length > 0 || isWhole) && error === undefined && (
        <Rows {...{ run, stage, shown, filter, isWhole }} of={inScope.length} hasSteps={scope === 'all'} />
      )}
    </>
  );
}

function outcomeChoices(rows: readonly RolloutGroupRow[]) {
  const outcomes = new Map<string, number>();
  for (const { outcome, reason } of rows) {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (reason !== null) outcomes.set(reason, (outcomes.get(reason) ?? 0) + 1);
  }
  const text = (outcome: string): string =>
    outcome in outcomeWords ? outcomeWords[outcome as keyof typeof outcomeWords] : `dropped: ${outcome}`;
  return [
    { value: '', text: 'any' },
    ...[...outcomes].map(([value, count]) => ({ value, text: `${text(value)} (${count})` })),
  ];
}

interface RowsProps {
  readonly run: string;
  readonly stage: RolloutStage;
  readonly shown: readonly RolloutGroupRow[];
  readonly of: number;
  readonly filter: GroupFilter;
  readonly isWhole: boolean;
  readonly hasSteps: boolean;
}

function Rows({ run, stage, shown, of, isWhole, hasSteps }: RowsProps) {
  if (shown.length === 0)
    return (
      <Empty title={of === 0 ? 'This step has no groups' : 'No group matches'}>
        <p>{of === 0 ? 'Choose another step.' : 'Search for less, or choose another outcome or reward.'}</p>
      </Empty>
    );
  return (
    <>
      <p class="quiet" role="status">
        {shown.length === of ? `${of} groups` : `${shown.length} of ${of} groups`}
        {isWhole ? '' : ', reading on …'}
        {shown.length > mostShown ? `; the first ${mostShown} are shown` : ''}
      </p>
      <ul class="rollouts-groups">
        {shown.slice(0, mostShown).map((row) => (
          <li key={row.group}>
            <a href={linkTo('runs', run, 'rollouts', stage.stage, row.step, row.group)}>
              <span class="rollouts-problem">
                {row.problem}
                <span class="quiet">
                  {hasSteps ? ` step ${row.step} ·` : ''} group {row.group}
                  {row.turn === null ? '' : ` · turn ${row.turn}`}
                </span>
              </span>
              <Marks points={row.points} />
              <span class="rollouts-mean">
                {formatNumber(meanPoints(row), 2)} <span class="quiet">of 7</span>
              </span>
              <span
                class={`rollouts-outcome ${row.outcome}`}
                title={row.reason === null ? '' : reasonWords(row.reason)}
              >
                {outcomeWords[row.outcome]}
                {row.reason === null ? '' : `: ${row.reason}`}
              </span>
              <span class="rollouts-length quiet">
                {formatNumber(row.tokens)} tokens{row.cut === 0 ? '' : `, ${row.cut} cut`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** An attempt a mark: the fuller, the more points; a ring where there is no grade. */
export function Marks({ points }: { readonly points: readonly (number | null)[] }) {
  const sorted = points.toSorted((a, b) => (b ?? -1) - (a ?? -1));
  const graded = sorted.map((value) =>
    value === null ? 'no grade' : formatNumber(value, value % 1 === 0 ? 0 : 1),
  );
  return (
    <svg
      class="rollouts-marks"
      viewBox={`0 0 ${Math.max(1, points.length) * 9} 16`}
      style={{ width: `${points.length * 9}px` }}
      role="img"
      aria-label={`points: ${graded.join(', ')}`}
    >
      {sorted.map((value, index) => (
        <g key={index}>
          <rect x={index * 9 + 0.5} y="0.5" width="7" height="15" class={value === null ? 'none' : 'frame'} />
          {value !== null && (
            <rect
              x={index * 9 + 0.5}
              y={15.5 - (15 * value) / 7}
              width="7"
              height={(15 * value) / 7}
              class="points"
            />
          )}
        </g>
      ))}
    </svg>
  );
}
