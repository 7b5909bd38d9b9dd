/** All calls as an indented list: the same as the picture, and what the picture leaves out. */
import { useEffect, useState } from 'preact/hooks';
import type { TraceCallRow, TraceSummary } from '../../../../src/view/api/trace.ts';
import { formatCount, formatDollars, formatSeconds } from '../../format.ts';
import { Problem } from '../../parts/problem.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { fetchResource } from '../../resource.ts';

export interface CallsListProps {
  readonly run: string;
  readonly summary: TraceSummary;
  readonly selected: number | undefined;
  readonly onCall: (call: number) => void;
}

export function CallsList({ run, summary, selected, onCall }: CallsListProps) {
  const { calls, error } = useCalls(run, summary);
  if (error !== undefined) return <Problem title="The calls could not be read" text={error} />;
  const place = calls.findIndex(({ call }) => call === selected);
  return (
    <VirtualList
      class="trace-list"
      label={`${summary.totals.calls} calls`}
      count={calls.length}
      rowHeight={36}
      shown={place === -1 ? undefined : place}
      row={(index) => {
        const row = calls[index];
        return row === undefined ? null : (
          <CallRow row={row} isSelected={row.call === selected} onCall={onCall} />
        );
      }}
    />
  );
}

function CallRow({
  row,
  isSelected,
  onCall,
}: {
  readonly row: TraceCallRow;
  readonly isSelected: boolean;
  readonly onCall: (call: number) => void;
}) {
  const { call, label, depth, role, state, isCut, completionTokens, seconds, dollars, notes, message } = row;
  const [name = label] = label.split('/').slice(-1);
  return (
    <button
      type="button"
      class={`trace-row trace-is-${state}`}
      aria-pressed={isSelected}
      onClick={() => onCall(call)}
    >
      <span class="trace-row-label" style={{ paddingLeft: `${16 * depth}px` }}>
        {depth > 0 && <span class="quiet">{label.slice(0, -name.length)}</span>}
        {name}
      </span>
      <span class="trace-row-role">{role}</span>
      <span class="trace-row-notes">{state === 'reply' ? notes : message}</span>
      <span class="trace-row-figure">
        {completionTokens === null ? state : `${formatCount(completionTokens)}${isCut ? ' cut' : ''}`}
      </span>
      <span class="trace-row-figure minor">
        {seconds === null ? '' : formatSeconds(seconds)}
        {dollars !== null && dollars > 0 ? ` ${formatDollars(dollars)}` : ''}
      </span>
    </button>
  );
}

/** Page after page; what has come is shown. */
function useCalls(
  run: string,
  { trace, pages, totals }: TraceSummary,
): { readonly calls: readonly TraceCallRow[]; readonly error: string | undefined } {
  const [calls, setCalls] = useState<readonly TraceCallRow[]>([]);
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isOld = false;
    const read = async (): Promise<void> => {
      const all: TraceCallRow[] = [];
      for (let page = 0; page < pages && !isOld; page += 1) {
        const found = await fetchResource('runs/:run/trace/:trace/calls/:page.json', {
          ...{ run, trace, page: `${page}` },
        });
        all.push(...found.calls);
        if (!isOld) setCalls([...all]);
      }
    };
    read().catch((failure: unknown) =>
      setError(failure instanceof Error ? failure.message : String(failure)),
    );
    return () => {
      isOld = true;
    };
  }, [run, trace, pages, totals.calls, totals.without]);
  return { calls, error };
}
