/** What the run has spent over its time of work, against the budget where there is one. */
import type { RunSpend } from '../../../../src/view/api/run.ts';
import { formatCount, formatDollars } from '../../format.ts';
import { Chart, type ChartLine } from '../../parts/chart.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';

export function Spend({ run }: { readonly run: string }) {
  const { value, error, again } = useResource('runs/:run/spend.json', { run });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading spending" />;
    return <Problem title="Spending could not be read" text={error} again={again} />;
  }
  // Minutes, unless it is about seconds.
  const [per, xLabel] = (value.seconds.at(-1) ?? 0) < 120 ? [1, 'seconds of work'] : [60, 'minutes of work'];
  const time = value.seconds.map((seconds) => seconds / per);
  const hasMoney = value.dollars.some((dollars) => dollars > 0);
  return (
    <section aria-label="Spending">
      <p class="run-what">{sentence(value, hasMoney)}</p>
      <div class="run-charts">
        {hasMoney && (
          <Chart
            title="Money"
            unit="dollars"
            note="What calls came to; dashed, with each call under way at its worst. That cannot pass the budget."
            x={time}
            xLabel={xLabel}
            group="run-spend"
            lines={linesOf('spent', value.dollars, value.dollarsAtWorst, value.budget.dollars)}
          />
        )}
        <Chart
          title="Tokens"
          unit="prompt and reply"
          note="Of all calls of models, those of judges included."
          x={time}
          xLabel={xLabel}
          group="run-spend"
          lines={linesOf('used', value.tokens, value.tokensAtWorst, value.budget.tokens)}
        />
      </div>
    </section>
  );
}

function linesOf(
  label: string,
  values: readonly number[],
  worst: readonly number[],
  budget: number | null,
): ChartLine[] {
  const own = [
    { label, values, colour: 'rl' },
    { label: 'at worst', values: worst, colour: 'rl', isDashed: true },
  ];
  if (budget === null) return own;
  return [...own, { label: 'budget', values: values.map(() => budget), colour: 'bad', isDashed: true }];
}

function sentence({ dollars, tokens, budget }: RunSpend, hasMoney: boolean): string {
  const money = hasMoney ? `${formatDollars(dollars.at(-1))} and ` : '';
  const limits = [
    ...(budget.dollars === null ? [] : [formatDollars(budget.dollars)]),
    ...(budget.tokens === null ? [] : [`${formatCount(budget.tokens)} tokens`]),
  ];
  const of =
    limits.length === 0
      ? ''
      : ` The budget is ${limits.join(' and ')}${budget.hasRefused ? ' and has refused calls' : ''}.`;
  return `${money}${formatCount(tokens.at(-1))} tokens so far.${of}`;
}
