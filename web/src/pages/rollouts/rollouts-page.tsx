/** The groups of a run: a line of steps to choose from, and the groups of a step, or of all steps that a filter finds. */
import type { RolloutStage } from '../../../../src/view/api/rollouts.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { GroupList } from './group-list.tsx';
import { StepLine } from './step-line.tsx';
import './rollouts.css';

export function RolloutsPage({ names, query }: PageProps) {
  const { run = '', stage, step } = names;
  const { value, error, again } = useResource('runs/:run/rollouts.json', { run });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading rollouts" />;
    return (
      <Problem
        title="The rollouts could not be read"
        text={error}
        again={again}
        way={{ text: 'All runs', address: '#/' }}
      />
    );
  }
  const chosen = value.stages.find((one) => one.stage === stage) ?? value.stages.at(-1);
  const number = Number(step ?? chosen?.committed.at(-1)?.step ?? 0);
  return (
    <>
      <p class="eyebrow">
        <a href={linkTo('runs', run)}>{value.title}</a>
      </p>
      <h1>Rollouts</h1>
      {chosen === undefined ? (
        <Empty title="No rollouts yet">
          <p>
            Attempts are here as soon as reinforcement learning has finished its first batch: stages{' '}
            <code>rl</code> and <code>rc</code> of a recipe, for example <code>qed run lab-quick</code>.
          </p>
        </Empty>
      ) : (
        <>
          <StageTabs stages={value.stages} chosen={chosen} run={run} />
          <p class="quiet rollouts-settings">{settingsText(chosen)}</p>
          <StepLine run={run} stage={chosen} step={number} />
          <GroupList run={run} stage={chosen} step={number} query={query} />
        </>
      )}
    </>
  );
}

const stageNames = { rl: 'Reinforcement learning', rc: 'Training on the Reasoning Cache' } as const;

function StageTabs({
  stages,
  chosen,
  run,
}: {
  readonly stages: readonly RolloutStage[];
  readonly chosen: RolloutStage;
  readonly run: string;
}) {
  return (
    <nav class="rollouts-tabs" aria-label="Stages">
      {stages.map(({ stage, committed }) => (
        <a
          key={stage}
          href={linkTo('runs', run, 'rollouts', stage, committed.at(-1)?.step ?? 1)}
          aria-current={stage === chosen.stage ? 'page' : undefined}
        >
          {stageNames[stage]} <span class="quiet">{stage}</span>
        </a>
      ))}
    </nav>
  );
}

function settingsText({
  groupSize,
  maxTokens,
  temperature,
  grader,
  truncation,
  hasStates,
}: RolloutStage): string {
  const cut = { zero: 'worth 0', mask: 'left out', 'grade-what-exists': 'graded as they are' }[truncation];
  return [
    `${groupSize} attempts a group${hasStates ? ', each going on from a state of the cache' : ''}`,
    `at most ${maxTokens.toLocaleString('en-US')} tokens (cut ones are ${cut})`,
    `temperature ${temperature}`,
    `graded by ${grader}`,
  ].join(' · ');
}
