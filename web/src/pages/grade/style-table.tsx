/** How systems write, as graders noted it: the paper's Table 3 in counts, and their words beside. */
import type { StyleTable as Style } from '../../../../src/view/api/grades.ts';
import { formatPercent } from '../../format.ts';
import { linkTo } from '../../route.ts';

export function StyleTable({ style, queue }: { readonly style: Style; readonly queue: string }) {
  const { systems, rows, notes } = style;
  if (rows.length === 0 && notes.length === 0) return null;
  return (
    <section>
      <h2>How they write</h2>
      <p class="grade-note">Share of a system’s graded proofs with the note, and how many that are.</p>
      {rows.length > 0 && (
        <section class="table-box" tabIndex={0} aria-label="Notes by system">
          <table>
            <thead>
              <tr>
                <th scope="col">Note</th>
                {systems.map(({ system, graded }) => (
                  <th key={system} scope="col" class="number grade-system">
                    {system}
                    <br />
                    {graded} {graded === 1 ? 'proof' : 'proofs'}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, label, group, counts }) => (
                <tr key={id}>
                  <th scope="row">
                    {label} <span class="grade-kind">{group}</span>
                  </th>
                  {counts.map((count, index) => (
                    <td key={systems[index]?.system} class="number">
                      {count === 0 ? (
                        <span class="quiet">·</span>
                      ) : (
                        <>
                          {formatPercent(count / (systems[index]?.graded ?? 1))}{' '}
                          <span class="quiet">{count}</span>
                        </>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <ul class="grade-notes">
        {notes.map(({ system, item, grader, note }) => (
          <li key={`${item} ${grader}`}>
            “{note}”{' '}
            <span class="quiet">
              {grader} on <a href={linkTo('grade', queue, item)}>a proof</a> of {system}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
