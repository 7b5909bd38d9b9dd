/** What more attempts would bring: the best of k by an oracle, and the chance that one of k has full marks. */
import type { ComparedInterval, ComparedSuite } from '../../../../src/view/api/compare.ts';
import { Chart, type ChartLine } from '../../parts/chart.tsx';

const colours = ['rl', 'sft', 'rc', 'judge', 'other', 'good', 'bad', 'base', 'warn', 'ink', 'soft', 'link'];
/** More lines than these cannot be told apart. */
const mostLines = colours.length;

export function SeveralCharts({ suite }: { readonly suite: ComparedSuite }) {
  const isProof = suite.kind !== 'answer';
  const shown = suite.systems.map((system, index) => ({ system, index })).slice(0, mostLines);
  const hasBands = shown.length <= 4;
  const lines = (kind: 'best' | 'pass'): ChartLine[] =>
    shown.flatMap(({ system, index }) => {
      const values = system[kind];
      if (values.every((value) => value === null)) return [];
      return [
        {
          label: `${index + 1} ${system.name}`,
          colour: colours[index] ?? 'ink',
          values: values.map((value) => value?.estimate ?? null),
          ...(hasBands ? { band: { low: ends(values, 'low'), high: ends(values, 'high') } } : {}),
        },
      ];
    });
  return (
    <section class="compare-part">
      <h2>Of several attempts</h2>
      <p class="compare-note">
        Unbiased from the attempts that were made; problems with fewer than k graded attempts are left out.
        {hasBands ? ' Bands are 95 % intervals.' : ''}
        {suite.systems.length > mostLines ? ` The first ${mostLines} systems are drawn.` : ''}
      </p>
      <div class="compare-charts">
        {isProof && (
          <Chart
            title="best@k"
            unit="% of full marks"
            note="The points of the best of k attempts, if an oracle chose."
            x={suite.counts}
            xLabel="k"
            lines={lines('best')}
            height={260}
          />
        )}
        <Chart
          title="pass@k"
          unit="%"
          note="The chance that at least one of k attempts has full marks."
          x={suite.counts.slice(1)}
          xLabel="k"
          lines={lines('pass').map(withoutFirst)}
          height={260}
        />
      </div>
    </section>
  );
}

function ends(values: readonly (ComparedInterval | null)[], end: 'low' | 'high'): (number | null)[] {
  return values.map((value) => value?.[end] ?? null);
}

/** Of one attempt's chance nothing is computed. */
function withoutFirst(line: ChartLine): ChartLine {
  const { values, band, ...rest } = line;
  return {
    ...rest,
    values: values.slice(1),
    ...(band === undefined ? {} : { band: { low: band.low.slice(1), high: band.high.slice(1) } }),
  };
}
