/** What is known of the token that is pointed at. It has its place also when nothing is. */
import type { RolloutAttempt } from '../../../../src/view/api/rollouts.ts';
import { formatNumber, formatPercent } from '../../format.ts';
import { spanAt } from './token-colours.ts';
import type { Tokens } from './use-tokens.ts';

export function TokenFacts({
  tokens,
  attempt,
  at,
}: {
  readonly tokens: Tokens;
  readonly attempt: RolloutAttempt;
  readonly at: number | undefined;
}) {
  const id = at === undefined ? undefined : tokens.ids[at];
  if (at === undefined || id === undefined)
    return (
      <p class="rollouts-facts quiet">
        {tokens.ids.length < attempt.tokens
          ? `Reading ${formatNumber(tokens.ids.length)} of ${formatNumber(attempt.tokens)} tokens …`
          : 'Point at a token, or go there with the arrow keys, to see what it is.'}
      </p>
    );
  const logProb = tokens.logProbs[at] ?? 0;
  const logRatio = tokens.logRatios[at];
  const span = spanAt(attempt.spans, at);
  const probability = Math.exp(logProb);
  return (
    <p class="rollouts-facts" role="status">
      <b>
        {tokens.bytes[at] === undefined ? JSON.stringify(tokens.pieces[at]) : `bytes ${tokens.bytes[at]}`}
      </b>
      <span>
        token {formatNumber(at + 1)} of {formatNumber(attempt.tokens)}, id {id}
      </span>
      <span>
        log-prob {minus(logProb, 4)} ({formatPercent(probability, probability < 0.1 ? 2 : 1)})
      </span>
      <span>
        {logRatio === null || logRatio === undefined
          ? 'trainer not on record'
          : `trainer ÷ sampler ${formatNumber(Math.exp(logRatio), 4)}`}
      </span>
      {span !== undefined && (
        <span>
          version {span.version}
          {span.lag === null ? '' : `, lag ${span.lag}`}
        </span>
      )}
    </p>
  );
}

function minus(value: number, digits: number): string {
  return value < 0 ? `−${formatNumber(-value, digits)}` : formatNumber(value, digits);
}
