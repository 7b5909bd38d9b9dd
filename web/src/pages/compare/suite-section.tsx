/** All that there is to say of the systems on one suite, from the scores down to single problems. */
import type { ComparedSuite } from '../../../../src/view/api/compare.ts';
import { CostChart } from './cost-chart.tsx';
import { Differences } from './differences.tsx';
import { PartTables } from './part-tables.tsx';
import { ProblemMap } from './problem-map.tsx';
import { alikeIn, ScoreTable } from './score-table.tsx';
import { SeveralCharts } from './several-charts.tsx';

export interface SuiteSectionProps {
  readonly suite: ComparedSuite;
  /** Its place in the comparison. */
  readonly number: number;
  readonly systems: string;
}

export function SuiteSection({ suite, number, systems }: SuiteSectionProps) {
  const { name, version, problems } = suite;
  const alike = alikeIn(suite.systems);
  const isGraded = suite.systems.some(({ score }) => score.mean !== null);
  return (
    <>
      <section class="compare-part">
        <h2>
          {name}
          {version !== '' && <span class="compare-version"> {version}</span>}
        </h2>
        <p class="compare-note">
          {problems} problems{alike.path !== undefined && <> of {alike.path}</>}
          {alike.judge !== undefined && <>, graded by {alike.judge}</>}. Percent of full marks, with 95 %
          intervals over problems and attempts. Numbers in front of names are those of the pictures below.
        </p>
        {suite.warnings.length > 0 && (
          <ul class="compare-warnings" aria-label="What to know before comparing">
            {suite.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
        <ScoreTable suite={suite} />
      </section>
      {suite.pairs.length > 0 && <Differences suite={suite} />}
      {isGraded && <CostChart suite={suite} />}
      {suite.counts.length > 1 && isGraded && <SeveralCharts suite={suite} />}
      {suite.parts.length > 0 && isGraded && <PartTables suite={suite} />}
      <ProblemMap suite={suite} number={number} systems={systems} />
    </>
  );
}
