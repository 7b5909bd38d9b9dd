/** The way of the rows: a bar for what is left after each reason, with what the reason took at its end; each opens its rows. */
import type { DataFunnelBar } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { linkTo } from '../../route.ts';

export function Funnel({ run, funnel }: { readonly run: string; readonly funnel: readonly DataFunnelBar[] }) {
  const most = Math.max(1, ...funnel.map(({ left, lost }) => left + lost));
  const share = (rows: number): string => `${(100 * rows) / most}%`;
  return (
    <section class="data-section">
      <h2>The way of the rows</h2>
      <p class="data-note">
        A row leaves for the first reason that applies, in the order shown. Open a reason for its rows.
      </p>
      <ol class="data-funnel">
        {funnel.map(({ step, reason, left, lost }, index) => {
          const isNewStep = index > 0 && funnel[index - 1]?.step !== step;
          const address =
            reason === null
              ? linkTo('data', run, `${step}.kept`)
              : `${linkTo('data', run, `${step}.dropped`)}?reason=${reason}`;
          return (
            <li key={`${step} ${reason}`} class={isNewStep ? 'new-step' : undefined}>
              <a href={address} class="data-funnel-name">
                {isNewStep && <span class="data-funnel-step">{step}</span>}
                {index === 0 ? 'came in' : (reason ?? 'takes nothing')}
              </a>
              <span class="data-funnel-bar" aria-hidden="true">
                <span class="data-kept" style={{ width: share(left) }} />
                <span class="data-lost" style={{ width: share(lost) }} />
              </span>
              <span class="data-funnel-left">{formatNumber(left)}</span>
              <span class="data-funnel-lost">{lost > 0 && `−${formatNumber(lost)}`}</span>
            </li>
          );
        })}
      </ol>
      <p class="data-legend">
        <span>
          <i class="data-kept" /> left after it
        </span>
        <span>
          <i class="data-lost" /> taken by it
        </span>
      </p>
    </section>
  );
}
