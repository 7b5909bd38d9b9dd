/** What a trace took by role, and how its best proof changed. */
import { useState } from 'preact/hooks';
import type { TraceSummary } from '../../../../src/view/api/trace.ts';
import { formatCount, formatDollars, formatNumber, formatPercent, formatSeconds } from '../../format.ts';
import { type Column, Table } from '../../parts/table.tsx';

type Row = TraceSummary['byRole'][number];

export function RoleTable({ summary: { byRole, totals } }: { readonly summary: TraceSummary }) {
  const columns: readonly Column<Row>[] = [
    { id: 'role', title: 'Role', by: ({ role }) => role, cell: ({ role }) => role },
    {
      id: 'calls',
      title: 'Calls',
      isNumber: true,
      by: ({ calls }) => calls,
      cell: ({ calls, without }) => `${formatNumber(calls)}${without > 0 ? ` (${without} without)` : ''}`,
    },
    {
      id: 'tokens',
      title: 'Tokens out',
      isNumber: true,
      by: ({ completionTokens }) => completionTokens,
      cell: ({ completionTokens }) => (
        <>
          {formatCount(completionTokens)}{' '}
          <span class="quiet">{formatPercent(shareOf(completionTokens, totals.completionTokens))}</span>
        </>
      ),
    },
    ...(totals.seconds === null
      ? []
      : [
          {
            id: 'seconds',
            title: 'Time',
            isNumber: true,
            by: ({ seconds }: Row) => seconds,
            cell: ({ seconds }: Row) => formatSeconds(seconds),
          },
        ]),
    ...(totals.dollars === null || totals.dollars === 0
      ? []
      : [
          {
            id: 'dollars',
            title: 'Cost',
            isNumber: true,
            by: ({ dollars }: Row) => dollars,
            cell: ({ dollars }: Row) => formatDollars(dollars),
          },
        ]),
  ];
  return (
    <section class="trace-section">
      <h2>Where the tokens went</h2>
      <Table caption="Calls and tokens by role" columns={columns} rows={byRole} rowKey={({ role }) => role} />
    </section>
  );
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function KeptInTurn({
  summary: { kept },
  onCall,
}: {
  readonly summary: TraceSummary;
  readonly onCall: (call: number) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  if (kept.length < 2) return null;
  const first = isWhole ? 0 : Math.max(0, kept.length - mostKept);
  return (
    <section class="trace-section">
      <h2>Best so far, in turn</h2>
      {first > 0 && (
        <button type="button" class="trace-link" onClick={() => setWhole(true)}>
          and {first} before
        </button>
      )}
      <ol class="trace-kept" start={first + 1}>
        {kept.slice(first).map(({ why, call }, index) => (
          <li key={`${first + index} ${why}`}>
            {call === null ? (
              why
            ) : (
              <button type="button" class="trace-link" onClick={() => onCall(call)}>
                {why}
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The last ones at first. */
const mostKept = 8;
