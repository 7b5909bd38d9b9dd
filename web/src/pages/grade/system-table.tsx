/** Whether a judge likes a system, or length, more than people do. */
import type { AgreementView } from '../../../../src/view/api/grades.ts';
import { formatCount } from '../../format.ts';
import { Figure } from './figure.tsx';

export function SystemTable({ systems, lengths }: Pick<AgreementView, 'systems' | 'lengths'>) {
  const judges = lengths.map(({ judge }) => judge);
  return (
    <section>
      <h2>By system and by length</h2>
      <p class="grade-note">
        Mean points of 7. The bias of a judge should be alike for all systems and all lengths.
      </p>
      <section class="table-box" tabIndex={0} aria-label="Points by system">
        <table>
          <thead>
            <tr>
              <th scope="col">System</th>
              <th scope="col" class="number">
                Proofs
              </th>
              <th scope="col" class="number minor">
                Characters, median
              </th>
              <th scope="col" class="number">
                People
              </th>
              {judges.map((judge) => (
                <th key={judge} scope="col" class="number">
                  {judge}
                </th>
              ))}
              {judges.map((judge) => (
                <th key={judge} scope="col" class="number">
                  Bias of {judge}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {systems.map(({ system, proofs, people, judges: own, medianCharacters }) => (
              <tr key={system}>
                <th scope="row" class="grade-system">
                  {system}
                </th>
                <td class="number">{proofs}</td>
                <td class="number minor">{formatCount(medianCharacters)}</td>
                <td class="number">
                  <Figure of={people} digits={2} />
                </td>
                {own.map(({ judge, mean }) => (
                  <td key={judge} class="number">
                    <Figure of={mean} digits={2} />
                  </td>
                ))}
                {own.map(({ judge, bias }) => (
                  <td key={judge} class="number">
                    <Figure of={bias} digits={2} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {lengths.map(({ judge, parts, perDoubling }) => (
        <section key={judge} class="table-box" tabIndex={0} aria-label={`Bias of ${judge} by length`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Length, quarters</th>
                <th scope="col" class="number">
                  Proofs
                </th>
                <th scope="col" class="number">
                  Bias of {judge}
                </th>
              </tr>
            </thead>
            <tbody>
              {parts.map(({ name, proofs, bias }) => (
                <tr key={name}>
                  <th scope="row" class="grade-system">
                    {name}
                  </th>
                  <td class="number">{proofs}</td>
                  <td class="number">
                    <Figure of={bias} digits={2} />
                  </td>
                </tr>
              ))}
              {perDoubling !== null && (
                <tr>
                  <th scope="row" class="grade-system">
                    each doubling of the length, at like human grade
                  </th>
                  <td />
                  <td class="number">
                    <Figure of={perDoubling} digits={2} />
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </section>
      ))}
    </section>
  );
}
