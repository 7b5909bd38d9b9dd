/** The rows of a list of proofs; only those in view are in the page. */
import type { ProofFinish, ProofList } from '../../../../src/view/api/proof.ts';
import { formatCount, formatNumber } from '../../format.ts';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { linkTo } from '../../route.ts';
import { PointsMark } from './points-mark.tsx';
import { pointsOf, type SortColumn, spreadOf } from './proof-filter.ts';
import type { LoadedProofs } from './use-proofs.ts';

export const finishWords: Readonly<Record<ProofFinish, string>> = {
  stop: 'ended by itself',
  cut: 'cut at the limit',
  budget: 'budget spent',
  none: 'no proof',
};

export interface ProofRowsProps {
  readonly run: string;
  readonly list: ProofList;
  readonly proofs: LoadedProofs;
  /** Numbers of the rows that are shown, in their order. */
  readonly rows: readonly number[];
  readonly sort: (column: SortColumn) => void;
  readonly column: SortColumn | '';
  readonly isDown: boolean;
}

const titles: readonly { readonly column: SortColumn; readonly title: string }[] = [
  { column: 'problem', title: 'Problem' },
  { column: 'system', title: 'Written by' },
  { column: 'points', title: 'Points of 7' },
  { column: 'tokens', title: 'Tokens' },
  { column: 'finish', title: 'Ended' },
];

export function ProofRows({ run, list, proofs, rows, sort, column, isDown }: ProofRowsProps) {
  return (
    <div class="proofs-list">
      <div class="proofs-head" role="group" aria-label="Sort by">
        {titles.map(({ column: own, title }) => (
          <button
            key={own}
            type="button"
            class={`table-sort proofs-${own}`}
            aria-pressed={own === column}
            onClick={() => sort(own)}
          >
            {title}
            {own === column ? (isDown ? ' ↓' : ' ↑') : ''}
          </button>
        ))}
      </div>
      <VirtualList
        count={rows.length}
        label="Proofs"
        rowHeight={53}
        class="proofs-rows"
        row={(index) => <Row run={run} list={list} proofs={proofs} row={rows[index] ?? 0} />}
      />
    </div>
  );
}

function Row({
  run,
  list,
  proofs,
  row,
}: Pick<ProofRowsProps, 'run' | 'list' | 'proofs'> & { readonly row: number }) {
  const problem = list.problems[proofs.problems[row] ?? 0];
  const finish = proofs.finishes[row] ?? 'stop';
  const spread = spreadOf(proofs, row);
  return (
    <a class="proofs-row" href={linkTo('runs', run, 'proofs', proofs.ids[row] ?? '')}>
      <span class="proofs-problem">
        <b>{problem?.id}</b>
        <span class="quiet">{problem?.statement}</span>
      </span>
      <span class="proofs-system">
        {list.systems[proofs.systems[row] ?? 0]}
        <span class="quiet"> · attempt {proofs.attempts[row]}</span>
      </span>
      <span class="proofs-points">
        {pointsOf(proofs, row).map((points, judge) => (
          <PointsMark
            key={list.judges[judge]}
            points={points}
            title={`${list.judges[judge]}: ${points === null ? proofs.causes[judge]?.[row] || 'not graded yet' : `${formatNumber(points, 2)} of 7`}`}
          />
        ))}
        {list.judges.length === 0 && <span class="quiet">not graded</span>}
        {spread !== null && spread > 1 && <span class="proofs-apart">{formatNumber(spread)} apart</span>}
      </span>
      <span class="proofs-tokens">{formatCount(proofs.tokens[row])}</span>
      <span class={`proofs-finish ${finish}`}>{finishWords[finish]}</span>
    </a>
  );
}
