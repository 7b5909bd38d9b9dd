/** An attempt: what it earned and why, and its tokens. */
import type { RolloutAttempt, RolloutGroup } from '../../../../src/view/api/rollouts.ts';
import { formatNumber } from '../../format.ts';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { linkTo } from '../../route.ts';
import { signed } from './attempt-table.tsx';
import type { Colouring } from './token-colours.ts';
import { TokenView } from './token-view.tsx';
import { useTokens } from './use-tokens.ts';
import { verdictWords } from './words.ts';

export function AttemptPanel({
  run,
  group,
  attempt,
  colouring,
}: {
  readonly run: string;
  readonly group: RolloutGroup;
  readonly attempt: RolloutAttempt;
  readonly colouring: Colouring;
}) {
  const tokens = useTokens(run, group, attempt);
  const { index, points, advantage, verdict, report, cause, finish } = attempt;
  return (
    <article class="rollouts-panel" aria-label={`Attempt ${index + 1}`}>
      <header>
        <h3>Attempt {index + 1}</h3>
        <span class="rollouts-points">
          <b>{formatNumber(points, points !== null && points % 1 !== 0 ? 1 : 0)}</b> of 7
          {verdict === 'graded' ? '' : ` (${verdictWords[verdict]})`}
        </span>
        <span class={advantage === null ? 'quiet' : advantage < 0 ? 'rollouts-down' : 'rollouts-up'}>
          {advantage === null ? 'not trained' : `advantage ${signed(advantage)}`}
        </span>
        <span class="quiet">
          {formatNumber(attempt.tokens)} tokens, {finish === 'stop' ? 'ended by itself' : 'cut at the limit'}
        </span>
        <a href={linkTo('runs', run, 'proofs', `${group.stage}~2f${group.group}~2f${index}`)}>
          Proof and grade
        </a>
      </header>
      {tokens.error === undefined ? (
        <TokenView tokens={tokens} attempt={attempt} colouring={colouring} />
      ) : (
        <Problem title="The tokens could not be read" text={tokens.error} />
      )}
      {cause !== null && <p class="rollouts-trouble">No grade: {cause}</p>}
      {report !== null && (
        <details open>
          <summary>What the grader says</summary>
          <Markup of={report} class="prose rollouts-report" />
        </details>
      )}
    </article>
  );
}
