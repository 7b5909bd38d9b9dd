/** Systems by suites: the paper's Table 1. */
import type { ComparedSuite } from '../../../../src/view/api/compare.ts';
import { Interval } from '../../parts/interval.tsx';
import { suiteName } from './suite-name.ts';

export function SuitesTable({ suites }: { readonly suites: readonly ComparedSuite[] }) {
  const names = [...new Set(suites.flatMap(({ systems }) => systems.map(({ name }) => name)))];
  return (
    <section class="compare-part">
      <h2>All suites</h2>
      <p class="compare-note">Percent of full marks; small, the 95 % interval over problems and attempts.</p>
      <div class="table-box" tabIndex={0}>
        <table>
          <caption class="visually-hidden">Scores by system and suite</caption>
          <thead>
            <tr>
              <th scope="col">System</th>
              {suites.map(({ name, scale }, index) => (
                <th key={`${name} ${scale}`} scope="col" class="number">
                  {suiteName(suites, index)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row" class="compare-name">
                  {name}
                </th>
                {suites.map((suite) => {
                  const found = suite.systems.find((system) => system.name === name);
                  const mean = found?.score.mean;
                  return (
                    <td key={`${suite.name} ${suite.scale}`} class="number">
                      {mean === undefined ? (
                        ''
                      ) : mean === null ? (
                        'ungraded'
                      ) : (
                        <Interval mean={mean.estimate} interval={[mean.low, mean.high]} />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
