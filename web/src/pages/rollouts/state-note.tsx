/** The state of the Reasoning Cache that the attempts of a group went on from. */
import type { RolloutState } from '../../../../src/view/api/rollouts.ts';
import { formatNumber } from '../../format.ts';

export function StateNote({ state }: { readonly state: RolloutState }) {
  const { turn, trajectory, summary, before } = state;
  return (
    <section class="rollouts-state" aria-label="State of the Reasoning Cache">
      <h3>
        The state that they went on from{' '}
        <span class="quiet">
          turn {turn}, trajectory {trajectory}
        </span>
      </h3>
      {summary === null || summary === '' ? (
        <p class="quiet">
          {turn === 1 ? 'The problem alone: nothing has been reasoned yet.' : 'Nothing was kept so far.'}
        </p>
      ) : (
        <p class="rollouts-summary">{summary}</p>
      )}
      {before.length > 0 && (
        <details>
          <summary>
            How the trajectory came here, in {before.length === 1 ? 'one turn' : `${before.length} turns`}
          </summary>
          <ol>
            {before.map((led) => (
              <li key={led.turn}>
                <p class="rollouts-mono">{led.reasoning}</p>
                {led.answer !== null && <p class="rollouts-mono">{led.answer}</p>}
                <p class="quiet">
                  {formatNumber(led.tokens)} tokens, {led.finish === 'stop' ? 'ended by itself' : 'cut'},
                  kept: {led.summary === '' ? 'nothing' : led.summary}
                </p>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}
