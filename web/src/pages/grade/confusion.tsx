/** A pair of graders in detail: how often which points met which, and how they stand on each problem. */
import type { AgreementPair } from '../../../../src/view/api/grades.ts';
import { formatNumber } from '../../format.ts';
import { Table } from '../../parts/table.tsx';

export function Confusion({ pair }: { readonly pair: AgreementPair }) {
  const { who, against, confusion, byProblem } = pair;
  const most = Math.max(1, ...confusion.flat());
  return (
    <div class="grade-pair">
      <figure>
        <figcaption>
          {who} (across) at each grade of {against} (down)
        </figcaption>
        <table class="grade-confusion">
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">{against}</span>
              </th>
              {confusion.map((_, points) => (
                <th key={points} scope="col">
                  {points}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, points) => (
              <tr key={points}>
                <th scope="row">{points}</th>
                {row.map((count, given) => (
                  <td
                    key={given}
                    class={points === given ? 'same' : undefined}
                    style={
                      count === 0
                        ? undefined
                        : {
                            background: `color-mix(in srgb, var(--link) ${Math.round(12 + (48 * count) / most)}%, transparent)`,
                          }
                    }
                  >
                    {count === 0 ? <span aria-hidden="true">·</span> : count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </figure>
      <div class="grade-by-problem">
        <Table
          caption={`${who} and ${against} by problem`}
          rowKey={({ problem }) => problem}
          rows={byProblem}
          sorted={{ column: 'bias', isDown: true }}
          columns={[
            { id: 'problem', title: 'Problem', by: ({ problem }) => problem, cell: ({ problem }) => problem },
            {
              id: 'compared',
              title: 'Proofs',
              isNumber: true,
              isMinor: true,
              by: ({ compared }) => compared,
              cell: ({ compared }) => compared,
            },
            {
              id: 'against',
              title: against,
              isNumber: true,
              by: (row) => row.against,
              cell: (row) => formatNumber(row.against, 1),
            },
            {
              id: 'who',
              title: who,
              isNumber: true,
              by: (row) => row.who,
              cell: (row) => formatNumber(row.who, 1),
            },
            {
              id: 'bias',
              title: 'Bias',
              isNumber: true,
              by: (row) => row.who - row.against,
              cell: (row) => formatNumber(row.who - row.against, 1),
            },
          ]}
        />
      </div>
    </div>
  );
}
