/** Every committed step as a bar of its mean reward; a slider with the same steps chooses one, also with the keyboard. */
import type { RolloutStage, RolloutStep } from '../../../../src/view/api/rollouts.ts';
import { formatFigure } from '../../format.ts';
import { linkTo } from '../../route.ts';

export function StepLine({
  run,
  stage,
  step,
}: {
  readonly run: string;
  readonly stage: RolloutStage;
  readonly step: number;
}) {
  const { committed } = stage;
  const at = Math.max(
    0,
    committed.findIndex((one) => one.step === step),
  );
  const go = (index: number): void => {
    const chosen = committed[Math.min(committed.length - 1, Math.max(0, index))];
    if (chosen !== undefined) location.replace(linkTo('runs', run, 'rollouts', stage.stage, chosen.step));
  };
  const shown = committed[at];
  return (
    <section class="rollouts-steps" aria-label="Step">
      <div class="rollouts-steps-line">
        <Bars committed={committed} at={at} onPick={go} />
        <input
          type="range"
          min={0}
          max={Math.max(0, committed.length - 1)}
          value={at}
          aria-label="Step"
          aria-valuetext={shown === undefined ? '' : `step ${shown.step}`}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
      </div>
      <div class="rollouts-steps-row">
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)} aria-label="Step before">
          ←
        </button>
        <b>
          Step {shown?.step ?? step} of {stage.steps}
        </b>
        <button
          type="button"
          disabled={at >= committed.length - 1}
          onClick={() => go(at + 1)}
          aria-label="Step after"
        >
          →
        </button>
        <span class="quiet">{shown === undefined ? 'This step is not committed.' : stepText(shown)}</span>
      </div>
    </section>
  );
}

function Bars({
  committed,
  at,
  onPick,
}: {
  readonly committed: readonly RolloutStep[];
  readonly at: number;
  readonly onPick: (index: number) => void;
}) {
  const count = committed.length;
  return (
    // The slider below does the same with the keyboard.
    <svg
      class="rollouts-bars"
      viewBox={`0 0 ${count} 100`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onClick={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        onPick(Math.floor((count * (event.clientX - left)) / width));
      }}
    >
      {committed.map(({ step, reward }, index) => (
        <rect
          key={step}
          x={index + 0.1}
          width={0.8}
          y={100 - 100 * Math.max(0.01, reward ?? 0)}
          height={100 * Math.max(0.01, reward ?? 0)}
          class={index === at ? 'chosen' : undefined}
        />
      ))}
    </svg>
  );
}

function stepText({ reward, groups, trained, dropped, ungraded }: RolloutStep): string {
  return [
    `mean reward ${formatFigure(reward)}`,
    `${trained} of ${groups} groups differ in reward`,
    ...(dropped === 0 ? [] : [`${dropped} dropped before it`]),
    ...(ungraded === 0 ? [] : [`${ungraded} attempts without a grade`]),
  ].join(' · ');
}
