/** A group: the problem, what became of it, its attempts as a table, and those that are chosen beside each other. */
import { useEffect } from 'preact/hooks';
import type { RolloutGroup } from '../../../../src/view/api/rollouts.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { AttemptPanel } from './attempt-panel.tsx';
import { AttemptTable } from './attempt-table.tsx';
import { StateNote } from './state-note.tsx';
import { type Colouring, colourings, colouringWords, legendOf } from './token-colours.ts';
import { outcomeNotes, outcomeWords, reasonWords } from './words.ts';
import './rollouts.css';

/** Attempts beside each other. */
const mostPanels = 3;

export function GroupPage({ names, query }: PageProps) {
  const { run = '', stage = '', step = '', group = '' } = names;
  const { value, error, again } = useResource('runs/:run/rollouts/:stage/group/:group.json', {
    run,
    stage,
    group,
  });
  useGroupKeys(run, value);
  const list = linkTo('runs', run, 'rollouts', stage, step);
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the group" />;
    return (
      <Problem
        title="The group could not be read"
        text={error}
        again={again}
        way={{ text: 'Groups of the step', address: list }}
      />
    );
  }
  const asked = query.get('colour');
  const colouring = colourings.find((one) => one === asked) ?? 'log-prob';
  const chosen = chosenAttempts(value, query.get('show'));
  const choose = (index: number): void => {
    const next = chosen.includes(index)
      ? chosen.filter((one) => one !== index)
      : [...chosen, index].slice(-mostPanels);
    setQuery({ show: next.length === 0 ? 'none' : next.join(',') });
  };
  return (
    <>
      <p class="eyebrow">
        <a href={linkTo('runs', run, 'rollouts')}>Rollouts</a> ·{' '}
        <a href={list}>
          stage {stage}, step {value.step}
        </a>
      </p>
      <div class="rollouts-title">
        <h1>{value.problem.id}</h1>
        <span class={`rollouts-outcome ${value.outcome}`}>{outcomeWords[value.outcome]}</span>
        <Ways run={run} group={value} />
      </div>
      <p class="quiet">
        Group {value.group}. {outcomeNotes[value.outcome]}
        {value.reason === null ? '' : ` Why: ${reasonWords(value.reason)}.`}
      </p>
      {value.troubles.map((trouble) => (
        <p key={trouble} class="rollouts-trouble">
          {trouble}
        </p>
      ))}
      <div class="rollouts-question">
        <Markup of={value.problem.statement} />
        {value.state !== null && <StateNote state={value.state} />}
        {value.messages.length > 0 && (
          <details>
            <summary>What the model was asked</summary>
            {value.messages.map(({ role, content }) => (
              <p key={content} class="rollouts-mono">
                <b>{role}</b> {content}
              </p>
            ))}
          </details>
        )}
      </div>
      <AttemptTable group={value} chosen={chosen} onChoose={choose} />
      <Colours group={value} colouring={colouring} />
      <div class={`rollouts-panels of-${chosen.length}`}>
        {chosen.map((index) => {
          const attempt = value.attempts.find((one) => one.index === index);
          return (
            attempt !== undefined && (
              <AttemptPanel key={index} run={run} group={value} attempt={attempt} colouring={colouring} />
            )
          );
        })}
      </div>
      {chosen.length === 0 && (
        <p class="quiet">Choose attempts in the table to see them beside each other.</p>
      )}
    </>
  );
}

function Colours({ group, colouring }: { readonly group: RolloutGroup; readonly colouring: Colouring }) {
  return (
    <div class="rollouts-colours">
      <div class="rollouts-choices" role="group" aria-label="Colour tokens by">
        <span class="quiet">Colour tokens by</span>
        {colourings.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === colouring}
            onClick={() => setQuery({ colour: one === 'log-prob' ? undefined : one })}
          >
            {colouringWords[one]}
          </button>
        ))}
      </div>
      {colouring === 'ratio' && !group.hasLogRatios ? (
        <p class="quiet">
          The trainer’s log-probs of this step are not on record: it was made by a version that did not keep
          them, with <code>recordLogRatios: false</code>, or nothing of it was trained.
        </p>
      ) : (
        <ul class={`rollouts-legend by-${colouring}`} aria-label="What the colours mean">
          {legendOf(colouring, group.attempts).map(({ class: name, text }) => (
            <li key={name}>
              <span class={name} aria-hidden="true">
                {'  '}
              </span>
              {text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Ways({ run, group }: { readonly run: string; readonly group: RolloutGroup }) {
  const { previous, next, stage } = group;
  return (
    <nav class="rollouts-ways" aria-label="Groups">
      {previous !== null && (
        <a class="button" href={linkTo('runs', run, 'rollouts', stage, previous.step, previous.group)}>
          ← Previous <kbd>K</kbd>
        </a>
      )}
      {next !== null && (
        <a class="button" href={linkTo('runs', run, 'rollouts', stage, next.step, next.group)}>
          Next → <kbd>J</kbd>
        </a>
      )}
    </nav>
  );
}

/** The best and the worst, where nobody has chosen. */
function chosenAttempts({ attempts }: RolloutGroup, show: string | null): number[] {
  if (show === 'none') return [];
  const asked = (show ?? '')
    .split(',')
    .filter((text) => /^\d+$/.test(text))
    .map(Number);
  const known = asked.filter((index) => attempts.some((attempt) => attempt.index === index));
  if (known.length > 0) return known.slice(0, mostPanels);
  const sorted = attempts.toSorted((a, b) => (b.points ?? -1) - (a.points ?? -1));
  const [best, worst] = [sorted[0], sorted.at(-1)];
  return [...new Set([best, worst].flatMap((attempt) => (attempt === undefined ? [] : [attempt.index])))];
}

/** J and K lead to the next group and the one before. */
function useGroupKeys(run: string, group: RolloutGroup | undefined): void {
  useEffect(() => {
    const follow = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
      if (group === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      const to = event.key === 'j' ? group.next : event.key === 'k' ? group.previous : null;
      if (to !== null)
        location.hash = linkTo('runs', run, 'rollouts', group.stage, to.step, to.group).slice(1);
    };
    addEventListener('keydown', follow);
    return () => removeEventListener('keydown', follow);
  }, [run, group]);
}
