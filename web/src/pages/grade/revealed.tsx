/** Who wrote the proof and what others gave it; only for who has finished or unblinded the queue. */

import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';

export function Revealed(names: { readonly queue: string; readonly grader: string; readonly item: string }) {
  const { value, error } = useResource('grades/revealed/:queue/:grader/:item.json', names);
  if (error !== undefined) return <Problem title="This is not shown" text={error} />;
  if (value === undefined) return null;
  return (
    <section class="grade-revealed" aria-label="Not blind any more">
      <h3>{value.system}</h3>
      <p class="quiet">{value.from}</p>
      {value.page !== null && (
        <p>
          <a href={linkTo('runs', value.page.run, 'proofs', value.page.id)}>
            Its page, with the judges’ reports
          </a>
        </p>
      )}
      <ul>
        {value.people.map(({ grader, points, comment, blind }) => (
          <li key={grader}>
            <b>
              {grader}: {points}
            </b>
            {!blind && <span class="quiet"> (not blind)</span>} {comment}
          </li>
        ))}
        {value.judges.map(({ judge, points, cause, report }) => (
          <li key={judge}>
            <b>
              {judge}: {points ?? `no grade (${cause ?? 'not asked'})`}
            </b>
            {report !== null && report !== '' && (
              <details>
                <summary>Report</summary>
                <Markup of={report} class="grade-text" />
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
