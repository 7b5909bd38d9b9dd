/** A table as the command line prints it, its numbers with their intervals below. */
import type { ViewCell, ViewTable } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { Interval } from '../../parts/interval.tsx';

export function ViewTableOf({ table: { title, columns, rows } }: { readonly table: ViewTable }) {
  return (
    <div class="table-box" tabIndex={0}>
      <table>
        <caption class="visually-hidden">{title}</caption>
        <thead>
          <tr>
            {columns.map(({ heading, align }) => (
              <th key={heading} scope="col" class={align === 'right' ? 'number' : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td
                  key={columns[column]?.heading}
                  class={columns[column]?.align === 'right' ? 'number' : 'data-cell'}
                >
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ cell }: { readonly cell: ViewCell }) {
  if (cell === null) return null;
  if (typeof cell === 'string') return <>{cell}</>;
  const { value, digits, low, high, unit = '' } = cell;
  if (low === undefined || high === undefined) return <>{`${unit}${formatNumber(value, digits)}`}</>;
  return <Interval mean={value} interval={[low, high]} digits={digits} />;
}
