/** The stages of the recipe in a line: done, under way, to come. One that has steps can be chosen to see its curves. */
import type { RunOverview, RunStage, StageState } from '../../../../src/view/api/run.ts';
import { formatNumber, formatSeconds } from '../../format.ts';
import { chosenStage } from './chosen-stage.ts';
import { addressWith } from './view-tabs.tsx';

const words: Readonly<Record<StageState, string>> = {
  done: 'done',
  running: 'under way',
  stopped: 'stopped',
  'to-come': 'to come',
};

export function StageLine({
  overview,
  chosen,
}: {
  readonly overview: RunOverview;
  readonly chosen: string | null;
}) {
  const current = chosenStage(overview, chosen);
  return (
    <ol class="run-stages" aria-label="Stages">
      {overview.stages.map((stage) => (
        <li
          key={stage.id}
          class={`run-stage ${stage.state}`}
          aria-current={stage.state === 'running' ? 'step' : undefined}
        >
          <Name stage={stage} isChosen={stage.id === current?.id} />
          <span class="run-stage-state">{stateOf(stage)}</span>
          <span class="run-stage-figures">{countOf(stage)}</span>
          {stage.reusedFrom !== null && (
            <span class="run-stage-figures">taken over from {stage.reusedFrom}</span>
          )}
          {stage.state === 'running' && stage.all !== null && (
            <progress max={stage.all} value={stage.done} aria-label={`${stage.title} done`} />
          )}
          {stage.summary !== null && <span class="run-stage-summary">{stage.summary}</span>}
        </li>
      ))}
    </ol>
  );
}

function Name({ stage, isChosen }: { readonly stage: RunStage; readonly isChosen: boolean }) {
  const { id, title, what, pages } = stage;
  if (pages === 0)
    return (
      <span class="run-stage-name" title={what}>
        {title}
      </span>
    );
  return (
    <a
      class="run-stage-name"
      href={addressWith('stage', id)}
      title={what}
      aria-current={isChosen ? 'true' : undefined}
    >
      {title}
    </a>
  );
}

function stateOf({ state, seconds }: RunStage): string {
  if (seconds === 0) return words[state];
  return state === 'done'
    ? `done in ${formatSeconds(seconds)}`
    : `${words[state]}, ${formatSeconds(seconds)}`;
}

function countOf({ done, all, unit, state }: RunStage): string {
  if (done === 0) return all === null || state === 'done' ? '' : `${formatNumber(all)} ${unit}`;
  const of = all === null || all === done ? '' : ` of ${formatNumber(all)}`;
  return `${formatNumber(done)}${of} ${unit}`;
}
