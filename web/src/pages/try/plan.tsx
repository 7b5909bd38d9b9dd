/** What a try would take, before anything is spent, and the button that begins it. */
import type { TryPlan, TryRange } from '../../../../src/view/api/try.ts';
import { formatCount, formatDollars, formatNumber } from '../../format.ts';
import type { Planned } from './try-form.ts';

export interface PlanProps {
  readonly planned: Planned;
  readonly trouble: string | undefined;
  readonly canStart: boolean;
  readonly isEmpty: boolean;
}

export function Plan({
  planned: { plan, trouble, isPlanning },
  trouble: refusal,
  canStart,
  isEmpty,
}: PlanProps) {
  const told = refusal ?? trouble;
  return (
    <section class="try-plan" aria-label="What it would take" aria-busy={isPlanning}>
      <h2>What it would take</h2>
      {isEmpty && (
        <p class="quiet">
          Write a problem and choose a model: then the plan is here, before anything is spent.
        </p>
      )}
      {told !== undefined && (
        <p class="try-bad" role="alert">
          {told}
        </p>
      )}
      {plan !== undefined && <Figures plan={plan} />}
      <button type="submit" class="primary" disabled={!canStart}>
        {plan?.isNew === false ? 'Go on' : 'Search'}
      </button>
    </section>
  );
}

function Figures({ plan }: { readonly plan: TryPlan }) {
  const { calls, tokens, dollars, mostTokens, mostDollars, roles, remarks, budget, model, run, isNew } = plan;
  return (
    <>
      <dl class="try-figures">
        <div>
          <dt>calls</dt>
          <dd>{spanText(calls, (value) => formatNumber(Math.round(value)))}</dd>
        </div>
        <div>
          <dt>tokens</dt>
          <dd>{spanText(tokens, roundCount)}</dd>
        </div>
        <div>
          <dt>money</dt>
          <dd>
            {dollars === null
              ? 'not known: the model has no price'
              : dollars.high === 0
                ? 'none: the model is free'
                : spanText(dollars, formatDollars)}
          </dd>
        </div>
        <div>
          <dt>every reply at its limit</dt>
          <dd>
            {roundCount(mostTokens)} tokens
            {mostDollars !== null && mostDollars > 0 && `, ${formatDollars(mostDollars)}`}
          </dd>
        </div>
        <div>
          <dt>budget</dt>
          <dd>{budget}</dd>
        </div>
      </dl>
      <table>
        <caption class="visually-hidden">Calls by role</caption>
        <thead>
          <tr>
            <th scope="col">role</th>
            <th scope="col" class="number">
              calls
            </th>
            <th scope="col" class="number">
              tokens of a reply
            </th>
          </tr>
        </thead>
        <tbody>
          {roles.map(({ role, calls: own, completionTokens, measured }) => (
            <tr key={role}>
              <td>
                {role} <span class="quiet">{measured > 0 ? `${measured} recorded` : 'assumed'}</span>
              </td>
              <td class="number">{spanText(own, (value) => formatNumber(value, value % 1 === 0 ? 0 : 1))}</td>
              <td class="number">~{roundCount(completionTokens.middle)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {remarks.map((remark) => (
        <p key={remark} class="try-hint">
          {remark}
        </p>
      ))}
      <p class="try-hint">
        {model}, in the run <code>{run}</code>
        {isNew ? '' : ', which is there: it goes on'}
      </p>
    </>
  );
}

function roundCount(value: number): string {
  return formatCount(Math.round(value));
}

function spanText({ low, middle, high }: TryRange, text: (value: number) => string): string {
  const [shown, least, most] = [text(middle), text(low), text(high)];
  return least === shown && most === shown ? shown : `${shown} (${least} to ${most})`;
}
