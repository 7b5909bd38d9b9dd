/** What went out of its bounds while a policy trained: when, what, and what it means. */
import type { RunAlarm } from '../../../../src/view/api/run.ts';

export function RunAlarms({ alarms }: { readonly alarms: readonly RunAlarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <section class="run-alarms" aria-label="Alarms">
      <h2>{alarms.length === 1 ? 'One alarm' : `${alarms.length} alarms`}</h2>
      <ul>
        {alarms.map(({ stage, step, kind, text, meaning }) => (
          <li key={`${stage}/${step}/${kind}`}>
            <details>
              <summary>
                <b>
                  {stage}, from step {step} on
                </b>{' '}
                {text}
              </summary>
              <p>{meaning}</p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
