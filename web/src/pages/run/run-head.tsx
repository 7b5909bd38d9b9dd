/** Name, state and what the run is at; links to what belongs to it. */
import type { RunOverview } from '../../../../src/view/api/run.ts';
import { formatAgo, formatCount, formatSeconds } from '../../format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { linkTo } from '../../route.ts';
import { pages } from '../pages.ts';

export function RunHead({ overview }: { readonly overview: RunOverview }) {
  const { id, path, name, description, state, health, totals, stages, kind } = overview;
  const facts = [
    totals.seconds > 0 && `${formatSeconds(totals.seconds)} of work`,
    totals.sampledTokens > 0 && `${formatCount(totals.sampledTokens)} tokens sampled`,
    totals.trainedTokens > 0 && `${formatCount(totals.trainedTokens)} trained on`,
    health.started !== null && `begun ${formatAgo(Date.parse(health.started), Date.now())}`,
  ].filter((fact) => fact !== false);
  const links = [
    stages.some(({ trains, done }) => trains === 'policy' && done > 0) && {
      text: 'Rollouts',
      pattern: 'runs/:run/rollouts',
    },
    (kind === 'prove' || kind === 'bench') && { text: 'Proofs', pattern: 'runs/:run/proofs' },
    { text: 'Compare', pattern: 'compare' },
  ].filter((link) => link !== false && pages.some(({ pattern }) => pattern === link.pattern));
  return (
    <header class="run-head">
      <p class="eyebrow">
        <a href="#/">Runs</a> {path !== '.' && `/ ${path}`}
      </p>
      <div class="run-title">
        <h1>{name}</h1>
        <StateMark state={state} />
      </div>
      {description !== '' && <p class="run-description">{description}</p>}
      {facts.length > 0 && <p class="run-facts">{facts.join(' · ')}</p>}
      {health.doing !== null && (
        <p class="run-doing" role="status">
          {health.doing}
          {health.stageSecondsLeft !== null && (
            <span class="run-left"> About {formatSeconds(health.stageSecondsLeft)} left in this stage.</span>
          )}
        </p>
      )}
      {links.length > 0 && (
        <p class="run-links">
          {links.map(
            (link) =>
              link !== false && (
                <a key={link.text} class="button" href={addressOfLink(link.pattern, id)}>
                  {link.text}
                </a>
              ),
          )}
        </p>
      )}
    </header>
  );
}

function addressOfLink(pattern: string, run: string): string {
  if (pattern === 'compare') return `#/compare?runs=${encodeURIComponent(run)}`;
  return linkTo(...pattern.split('/').map((part) => (part === ':run' ? run : part)));
}
