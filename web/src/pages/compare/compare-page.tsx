/** Chosen systems side by side: scores with intervals, tests, cost, further attempts, parts of the suite and single problems. */
import { useEffect } from 'preact/hooks';
import type { ComparedSystems } from '../../../../src/view/api/compare.ts';
import { onChange } from '../../changes.ts';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { Chooser } from './chooser.tsx';
import { ExportFiles } from './export-files.tsx';
import { suiteName } from './suite-name.ts';
import { SuiteSection } from './suite-section.tsx';
import { SuitesTable } from './suites-table.tsx';
import './compare.css';

export function ComparePage({ names, query }: PageProps) {
  const { systems } = names;
  const asked = systems === undefined ? undefined : { systems };
  const { value, error, again } = useResource('compare/:systems/comparison.json', asked);
  useRunsLive(value, again);
  return (
    <>
      <p class="eyebrow">Benchmark runs, and the evaluations of training runs</p>
      <h1>Compare</h1>
      <Chooser systems={systems} compared={value} />
      {error !== undefined && value === undefined && (
        <Problem title="These cannot be compared" text={error} again={again} />
      )}
      {asked !== undefined && value === undefined && error === undefined && <Computing />}
      {value !== undefined && asked !== undefined && (
        <Comparison comparison={value} systems={asked.systems} suite={query.get('suite')} />
      )}
    </>
  );
}

function Comparison({
  comparison: { suites },
  systems,
  suite,
}: {
  readonly comparison: ComparedSystems;
  readonly systems: string;
  readonly suite: string | null;
}) {
  const chosen = Math.min(Math.max(0, Number(suite ?? 0) || 0), suites.length - 1);
  const shown = suites[chosen];
  return (
    <>
      {suites.length > 1 && (
        <>
          <SuitesTable suites={suites} />
          <div class="compare-tabs" role="group" aria-label="Suite that is shown below">
            {suites.map(({ name, scale }, index) => (
              <button
                key={`${name} ${scale}`}
                type="button"
                aria-pressed={index === chosen}
                onClick={() => setQuery({ suite: `${index}` })}
              >
                {suiteName(suites, index)}
              </button>
            ))}
          </div>
        </>
      )}
      {shown !== undefined && (
        <SuiteSection key={`${systems} ${chosen}`} suite={shown} number={chosen} systems={systems} />
      )}
      <ExportFiles systems={systems} />
    </>
  );
}

function Computing() {
  return (
    <p class="loading" role="status">
      Resampling problems and attempts, and testing every pair … Many systems with many attempts take some
      seconds; the figures are kept.
    </p>
  );
}

/** The comparison is asked for anew when one of its runs changes. */
function useRunsLive(comparison: ComparedSystems | undefined, again: () => void): void {
  const runs = [
    ...new Set((comparison?.suites ?? []).flatMap(({ systems }) => systems.map(({ run }) => run))),
  ].sort();
  const key = runs.join(',');
  useEffect(() => {
    const ends = key === '' ? [] : key.split(',').map((run) => onChange(run, again));
    return () => {
      for (const end of ends) end();
    };
  }, [key]);
}
