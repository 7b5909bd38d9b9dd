/** What a judge, or a person, made of a proof. Without a grade it says why; that is no zero. */
import type { ProofGrade } from '../../../../src/view/api/proof.ts';
import { formatCount, formatDollars, formatNumber } from '../../format.ts';
import { Markup } from '../../parts/markup.tsx';
import { PointsMark } from './points-mark.tsx';

export function GradeCard({ grade, title }: { readonly grade: ProofGrade; readonly title: string }) {
  const { judge, by, points, cause, report, items, members, notes, tokens, dollars } = grade;
  return (
    <section class="proofs-grade">
      <h2>{title}</h2>
      <p class="proofs-verdict">
        <PointsMark points={points} />
        <span>{points === null ? 'no grade' : 'of 7'}</span>
        <span class="quiet">
          by {by === 'person' ? 'a person, ' : ''}
          {judge}
          {tokens === null ? '' : `, ${formatCount(tokens)} tokens`}
          {dollars === null || dollars < 5e-5 ? '' : `, ${formatDollars(dollars)}`}
        </span>
      </p>
      {cause !== null && <p class="proofs-remark">{cause}</p>}
      {notes.map((note) => (
        <p key={note} class="quiet">
          {note}
        </p>
      ))}
      {report !== null && <Markup of={report} class="prose proofs-report" />}
      {report === null && items.length > 0 && <Items items={items} />}
      {members.length > 0 && (
        <details>
          <summary>What each of {members.length} judgements came to</summary>
          {members.map((member) => (
            <div key={`${member.judge} ${member.round}`} class="proofs-member">
              <p class="proofs-verdict">
                <PointsMark points={member.points} />
                <span class="quiet">
                  {member.judge}
                  {member.round > 1 ? `, round ${member.round}` : ''}
                </span>
              </p>
              <Markup of={member.report} class="prose proofs-report" />
            </div>
          ))}
        </details>
      )}
    </section>
  );
}

function Items({ items }: Pick<ProofGrade, 'items'>) {
  return (
    <ul class="proofs-items">
      {items.map(({ what, points, reason }) => (
        <li key={what}>
          <b>
            {points === 0 ? '0' : points > 0 ? `+${formatNumber(points, 2)}` : `−${formatNumber(-points, 2)}`}
          </b>{' '}
          {what}
          {reason === '' ? '' : `: ${reason}`}
        </li>
      ))}
    </ul>
  );
}
