/** The grading scheme with what each grader gave for each of its parts, where the grade tells. */
import type { ProofGrade, ProofProblem, SchemeRow } from '../../../../src/view/api/proof.ts';
import { formatNumber } from '../../format.ts';
import { Markup } from '../../parts/markup.tsx';

export function SchemeCard({
  problem,
  grades,
}: {
  readonly problem: ProofProblem;
  readonly grades: readonly ProofGrade[];
}) {
  const { scheme, guidelines } = problem;
  if (scheme === null && guidelines === null) return null;
  const telling = grades.filter(({ checkpoints }) => Object.keys(checkpoints).length > 0);
  return (
    <section class="proofs-scheme">
      <h2>{scheme === null ? 'Grading guidelines' : 'Grading scheme'}</h2>
      {scheme?.chains.map(({ name, checkpoints }, index) => (
        <Part
          key={name ?? index}
          title={index === 0 ? (name ?? 'Checkpoints') : `Another way: ${name ?? index + 1}`}
          rows={checkpoints}
          grades={index === 0 ? telling : []}
        />
      ))}
      {scheme !== null && scheme.deductions.length > 0 && (
        <Part title="Deductions" rows={scheme.deductions} grades={telling} isTaken />
      )}
      {scheme !== null && scheme.limits.length > 0 && (
        <Part title="At most" rows={scheme.limits} grades={[]} />
      )}
      {scheme !== null && scheme.zeroCredit.length > 0 && (
        <details>
          <summary>What earns no credit</summary>
          <ul>
            {scheme.zeroCredit.map((rule) => (
              <li key={rule}>
                <Markup of={rule} class="prose proofs-rule" />
              </li>
            ))}
          </ul>
        </details>
      )}
      {scheme !== null && scheme.notes !== null && <Markup of={scheme.notes} class="prose proofs-rule" />}
      {guidelines !== null && <Markup of={guidelines} class="prose proofs-report" />}
    </section>
  );
}

interface PartProps {
  readonly title: string;
  readonly rows: readonly SchemeRow[];
  readonly grades: readonly ProofGrade[];
  readonly isTaken?: boolean;
}

function Part({ title, rows, grades, isTaken = false }: PartProps) {
  return (
    <div class="table-box">
      <table>
        <caption class="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {title}
            </th>
            <th scope="col" class="number">
              Points
            </th>
            {grades.map(({ judge }) => (
              <th key={judge} scope="col" class="number" title={judge}>
                {grades.length === 1 ? 'Earned' : judge.slice(0, 16)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, points, description }) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              <td>
                <Markup of={description} class="prose proofs-rule" />
              </td>
              <td class="number">
                {isTaken ? '−' : ''}
                {formatNumber(points, points % 1 === 0 ? 0 : 2)}
              </td>
              {grades.map(({ judge, checkpoints }) => (
                <td key={judge} class="number">
                  <Earned points={checkpoints[id]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Earned({ points }: { readonly points: number | undefined }) {
  if (points === undefined) return <span class="quiet">–</span>;
  const text = formatNumber(Math.abs(points), points % 1 === 0 ? 0 : 2);
  return <b class={points > 0 ? 'proofs-earned' : 'proofs-lost'}>{points < 0 ? `−${text}` : text}</b>;
}
