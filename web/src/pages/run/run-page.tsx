/**
 * One run: its stages, what it is at, what it learns and why, how it is set up and what came of it; live while a process
 * works on it.
 */
import type { RunOverview } from '../../../../src/view/api/run.ts';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import type { PageProps } from '../pages.ts';
import { Arms } from './arms.tsx';
import { Configuration } from './configuration.tsx';
import { Curves } from './curves.tsx';
import { Health } from './health.tsx';
import { Results } from './results.tsx';
import { RunAlarms } from './run-alarms.tsx';
import { RunHead } from './run-head.tsx';
import { Spend } from './spend.tsx';
import { StageLine } from './stage-line.tsx';
import { type RunView, ViewTabs } from './view-tabs.tsx';
import './run.css';

/** Nothing is written when a process dies, so the page looks by itself, too. */
const lookMilliseconds = 5000;

export function RunPage({ names, query }: PageProps) {
  const run = names.run ?? '';
  const { value, error, again } = useResource(
    'runs/:run/overview.json',
    { run },
    { everyMilliseconds: lookMilliseconds },
  );
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the run" />;
    return (
      <Problem
        title="This run could not be read"
        text={error}
        way={{ text: 'All runs', address: '#/' }}
        again={again}
      />
    );
  }
  const views = viewsOf(value);
  const view = views.find(({ id }) => id === query.get('view')) ?? views[0];
  return (
    <div class="run">
      <RunHead overview={value} />
      {value.troubles.map((trouble) => (
        <p key={trouble} class="run-trouble" role="alert">
          {trouble}
        </p>
      ))}
      {value.stages.length > 0 && <StageLine overview={value} chosen={query.get('stage')} />}
      <RunAlarms alarms={value.alarms} />
      <ViewTabs views={views} shown={view?.id} />
      {view?.id === 'curves' && <Curves overview={value} query={query} />}
      {view?.id === 'spend' && <Spend run={run} />}
      {view?.id === 'results' && <Results overview={value} />}
      {view?.id === 'arms' && <Arms overview={value} />}
      {view?.id === 'configuration' && <Configuration overview={value} query={query} />}
      {view?.id === 'health' && <Health overview={value} />}
    </div>
  );
}

function viewsOf({ kind, stages, hasSpend, arms }: RunOverview): RunView[] {
  const isRecipe = kind === 'recipe' && stages.length > 0;
  const all: readonly (RunView | false)[] = [
    isRecipe && { id: 'curves', title: 'Curves' },
    hasSpend && { id: 'spend', title: 'Spending' },
    (isRecipe || kind === 'study') && { id: 'results', title: 'Results' },
    arms.length > 0 && { id: 'arms', title: 'Runs' },
    kind === 'recipe' && { id: 'configuration', title: 'Configuration' },
    { id: 'health', title: 'Health' },
  ];
  return all.filter((view) => view !== false);
}
