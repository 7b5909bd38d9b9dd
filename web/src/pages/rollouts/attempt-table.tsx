/** The attempts of a group beside each other: what each earned, what training made of it, and how it came about. */
import type { RolloutAttempt, RolloutGroup } from '../../../../src/view/api/rollouts.ts';
import { formatNumber } from '../../format.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { verdictWords } from './words.ts';

export function AttemptTable({
  group,
  chosen,
  onChoose,
}: {
  readonly group: RolloutGroup;
  readonly chosen: readonly number[];
  readonly onChoose: (index: number) => void;
}) {
  const columns: readonly Column<RolloutAttempt>[] = [
    {
      id: 'attempt',
      title: 'Attempt',
      by: ({ index }) => index,
      cell: ({ index }) => (
        <button
          type="button"
          class="rollouts-choose"
          aria-pressed={chosen.includes(index)}
          aria-label={`Show attempt ${index + 1}`}
          onClick={() => onChoose(index)}
        >
          {index + 1}
        </button>
      ),
    },
    {
      id: 'points',
      title: 'Points of 7',
      isNumber: true,
      by: ({ points }) => points,
      cell: ({ points }) => formatNumber(points, points !== null && points % 1 !== 0 ? 2 : 0),
    },
    {
      id: 'advantage',
      title: 'Advantage',
      isNumber: true,
      by: ({ advantage }) => advantage,
      cell: ({ advantage }) => (advantage === null ? '–' : signed(advantage)),
    },
    {
      id: 'verdict',
      title: 'Grade',
      by: ({ verdict }) => verdict,
      isMinor: true,
      cell: ({ verdict, cause }) => <span title={cause ?? undefined}>{verdictWords[verdict]}</span>,
    },
    {
      id: 'tokens',
      title: 'Tokens',
      isNumber: true,
      by: ({ tokens }) => tokens,
      cell: ({ tokens }) => formatNumber(tokens),
    },
    {
      id: 'finish',
      title: 'Ended',
      isMinor: true,
      by: ({ finish }) => finish,
      cell: ({ finish }) => (finish === 'stop' ? 'by itself' : 'cut'),
    },
    {
      id: 'lag',
      title: 'Lag in steps',
      isNumber: true,
      isMinor: true,
      by: ({ spans }) => spans[0]?.lag ?? null,
      cell: ({ spans }) => <span title={versionsText(spans)}>{lagText(spans)}</span>,
    },
    {
      id: 'logprob',
      title: 'Mean log-prob',
      isNumber: true,
      isMinor: true,
      by: ({ meanLogProb }) => meanLogProb,
      cell: ({ meanLogProb }) => (meanLogProb === null ? '–' : signed(meanLogProb)),
    },
    ...(group.hasLogRatios ? [ratioColumn] : []),
  ];
  return (
    <div class="rollouts-attempts">
      <Table
        caption="Attempts of the group"
        columns={columns}
        rows={group.attempts}
        rowKey={({ index }) => String(index)}
        sorted={{ column: 'points', isDown: true }}
      />
    </div>
  );
}

const ratioColumn: Column<RolloutAttempt> = {
  id: 'ratio',
  title: 'Trainer − sampler',
  isNumber: true,
  isMinor: true,
  by: ({ meanLogRatio }) => meanLogRatio,
  cell: ({ meanLogRatio }) => (meanLogRatio === null ? '–' : signed(meanLogRatio, 4)),
};

/** With its sign, also where it is positive. */
export function signed(value: number, digits = 3): string {
  const text = formatNumber(Math.abs(value), digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function lagText(spans: RolloutAttempt['spans']): string {
  const lags = spans.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  if (lags.length === 0) return '–';
  const [least, most] = [Math.min(...lags), Math.max(...lags)];
  return least === most ? String(most) : `${most} to ${least}`;
}

function versionsText(spans: RolloutAttempt['spans']): string {
  return spans.map(({ start, version }) => `version ${version} from token ${start + 1}`).join(', ');
}
