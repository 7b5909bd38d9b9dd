/** Name, state and what the run is at; links to what belongs to it. */
import type { RunOverview } from '../../../../src/view/api/run.ts';
import { formatAgo, formatCount, formatSeconds } from '../../format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { linkTo } from '../../route.ts';

export function RunHead({ overview }: { readonly overview: RunOverview }) {
  const { id, path, name, description, state, health, totals, stages, kind, documents } = overview;
  const facts = [
    totals.seconds > 0 && `${formatSeconds(totals.seconds)} of work`,
    totals.sampledTokens > 0 && `${formatCount(totals.sampledTokens)} tokens sampled`,
    totals.trainedTokens > 0 && `${formatCount(totals.trainedTokens)} trained on`,
    health.started !== null && `begun ${formatAgo(Date.parse(health.started), Date.now())}`,
  ].filter((fact) => fact !== false);
  const isEvaluated = stages.some(({ id: stage, done }) => stage === 'evaluate' && done > 0);
  const hasProofs = kind === 'prove' || kind === 'bench' || isEvaluated;
  const links = [
    {
      text: 'Rollouts',
      isThere: stages.some(({ trains, done }) => trains === 'policy' && done > 0),
      address: linkTo('runs', id, 'rollouts'),
    },
    { text: 'Proofs', isThere: hasProofs, address: linkTo('runs', id, 'proofs') },
    { text: 'Traces', isThere: hasProofs, address: linkTo('runs', id, 'traces') },
    { text: 'Compare', isThere: kind === 'bench' || isEvaluated, address: linkTo('compare', id) },
    ...documents.map((name) => ({
      text: name === 'report.html' ? 'Report' : name,
      isThere: true,
      address: `files/${encodeURIComponent(id)}/${name}`,
    })),
  ].filter(({ isThere }) => isThere);
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
      <p class="run-links">
        {links.map(({ text, address }) => (
          <a key={text} class="button" href={address}>
            {text}
          </a>
        ))}
      </p>
    </header>
  );
}
