/** Every two systems on the problems that all have: who is better, by how much, and whether that could be chance. */
import { useState } from 'preact/hooks';
import type { ComparedPair, ComparedSuite } from '../../../../src/view/api/compare.ts';
import { formatNumber } from '../../format.ts';
import { Interval } from '../../parts/interval.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { SystemNumber } from './score-table.tsx';

const level = 0.05;

export function Differences({ suite }: { readonly suite: ComparedSuite }) {
  const { pairs, systems } = suite;
  const [picked, setPicked] = useState<ComparedPair | undefined>(undefined);
  const [isListed, setIsListed] = useState(systems.length < 4);
  const shown = pairs.filter(({ corrected }) => corrected <= level).length;
  return (
    <section class="compare-part">
      <h2>Differences</h2>
      <p class="compare-note">
        Paired over the {pairs[0]?.problems} problems that all have graded; sign-flip permutation tests,
        corrected by Holm for {pairs.length === 1 ? 'one test' : `${pairs.length} tests`}.{' '}
        {shown === 0
          ? 'No difference is shown at 5 %.'
          : `${shown === 1 ? 'One difference is' : `${shown} differences are`} shown at 5 %.`}
      </p>
      {systems.length > 2 && <Matrix suite={suite} picked={picked} pick={setPicked} />}
      {picked !== undefined && <Pair pair={picked} suite={suite} />}
      {systems.length > 3 && (
        <button type="button" aria-expanded={isListed} onClick={() => setIsListed(!isListed)}>
          {isListed ? 'Without the list of all tests' : `List all ${pairs.length} tests`}
        </button>
      )}
      {isListed && (
        <Table
          caption={`Differences on ${suite.name}`}
          columns={columnsOf(suite)}
          rows={pairs}
          rowKey={({ better, worse }) => `${better} ${worse}`}
        />
      )}
    </section>
  );
}

/** Row minus column, rows and columns from the best system down. */
function Matrix({
  suite: { systems, pairs },
  picked,
  pick,
}: {
  readonly suite: ComparedSuite;
  readonly picked: ComparedPair | undefined;
  readonly pick: (pair: ComparedPair) => void;
}) {
  const order = systems
    .map((system, index) => ({ index, mean: system.score.mean?.estimate }))
    .filter(({ mean }) => mean !== undefined)
    .sort((a, b) => (b.mean ?? 0) - (a.mean ?? 0))
    .map(({ index }) => index);
  const most = Math.max(1, ...pairs.map(({ difference }) => difference.estimate));
  return (
    <div class="compare-matrix table-box" tabIndex={0}>
      <table>
        <caption class="visually-hidden">Row minus column in points of a hundred</caption>
        <thead>
          <tr>
            <th scope="col">row minus column</th>
            {order.slice(1).map((column) => (
              <th key={column} scope="col" title={systems[column]?.name}>
                <SystemNumber number={column + 1} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.slice(0, -1).map((row, place) => (
            <tr key={row}>
              <th scope="row">
                <SystemNumber number={row + 1} /> <span class="compare-row-name">{systems[row]?.name}</span>
              </th>
              {order.slice(1).map((column, columnPlace) => {
                if (columnPlace < place) return <td key={column} />;
                const pair = pairs.find(
                  ({ better, worse }) =>
                    (better === row && worse === column) || (better === column && worse === row),
                );
                if (pair === undefined) return <td key={column}>–</td>;
                const isShown = pair.corrected <= level;
                const share = Math.round((46 * pair.difference.estimate) / most);
                return (
                  <td key={column}>
                    <button
                      type="button"
                      class={`compare-cell${isShown ? ' shown' : ''}`}
                      aria-pressed={pair === picked}
                      aria-label={`${systems[row]?.name} minus ${systems[column]?.name}: ${formatNumber(pair.difference.estimate, 1)}, ${isShown ? 'shown' : 'not shown'}`}
                      style={
                        isShown
                          ? { background: `color-mix(in srgb, var(--link) ${share}%, var(--paper))` }
                          : undefined
                      }
                      onClick={() => pick(pair)}
                    >
                      {formatNumber(pair.difference.estimate, 1)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="compare-note">
        Coloured differences are shown at 5 %; the others may be chance. Choose one for its interval and test.
      </p>
    </div>
  );
}

function Pair({ pair, suite }: { readonly pair: ComparedPair; readonly suite: ComparedSuite }) {
  const { better, worse, difference, pValue, corrected } = pair;
  const [first, second] = [suite.systems[better], suite.systems[worse]];
  return (
    <p class="compare-pair" role="status">
      <b>{first?.name}</b> scores {formatNumber(difference.estimate, 1)} points of a hundred more than{' '}
      <b>{second?.name}</b>; 95 % interval {formatNumber(difference.low, 1)} to{' '}
      {formatNumber(difference.high, 1)}, p = {pText(pValue)}, corrected {pText(corrected)}:{' '}
      {corrected <= level ? 'the difference is shown.' : 'that could be chance.'}
    </p>
  );
}

function columnsOf({ systems }: ComparedSuite): Column<ComparedPair>[] {
  const nameOf = (index: number): string => systems[index]?.name ?? '';
  const cell = (index: number) => (
    <span class="compare-pair-name">
      <SystemNumber number={index + 1} /> {nameOf(index)}
    </span>
  );
  return [
    { id: 'better', title: 'Better', by: ({ better }) => nameOf(better), cell: ({ better }) => cell(better) },
    { id: 'worse', title: 'than', by: ({ worse }) => nameOf(worse), cell: ({ worse }) => cell(worse) },
    {
      id: 'difference',
      title: 'by',
      isNumber: true,
      by: ({ difference }) => difference.estimate,
      cell: ({ difference: { estimate, low, high } }) => (
        <Interval mean={estimate} interval={[low, high]} scale={[-100, 100]} />
      ),
    },
    {
      id: 'p',
      title: 'p',
      isNumber: true,
      isMinor: true,
      by: ({ pValue }) => pValue,
      cell: ({ pValue }) => pText(pValue),
    },
    {
      id: 'corrected',
      title: 'p, corrected',
      isNumber: true,
      by: ({ corrected }) => corrected,
      cell: ({ corrected }) => (
        <span class={corrected <= level ? 'compare-shown' : undefined}>{pText(corrected)}</span>
      ),
    },
  ];
}

function pText(p: number): string {
  return p < 0.0001 ? '< 0.0001' : formatNumber(p, 4);
}
