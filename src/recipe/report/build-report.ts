/**
 * The result of a run: `report.json` for programs and `report.html` for people, from the same figures. The page
 * stands alone: no script, no network, and a policy in its head that would forbid both. The report is a pure
 * function of its input, so the same run gives the same bytes.
 */

import { html, type Markup } from '../../prove/html.ts';
import { standingPage } from '../../prove/standing-page.ts';
import { effectsOf } from './effects.ts';
import { effectsSection } from './effects-section.ts';
import { examplesSection, samplesSection } from './examples-section.ts';
import { duration, moment } from './format.ts';
import type { Effect } from './measured-effect.ts';
import type { Evaluation, ReportInput } from './report-input.ts';
import { type ReportJson, reportSchema } from './report-schema.ts';
import { rlSection } from './rl-section.ts';
import { configurationSection, costSection } from './run-section.ts';
import { scaffoldSection } from './scaffold-section.ts';
import { type Score, scoresOf } from './scores.ts';
import { judgeShares, searchSection } from './search-section.ts';
import { stylesheet } from './stylesheet.ts';
import { supervisedSection } from './supervised-section.ts';
import { checkpointTable, verdictHead, verdicts } from './verdict-section.ts';

/** Builds both forms. Throws (a bug of the caller) when the figures do not make a valid `report.json`. */
export function buildReport(input: ReportInput): { json: ReportJson; html: string } {
  const scores = scoresOf(input.evaluations);
  const effects = effectsOf(input.evaluations, input.rl);
  return { json: reportJson(input, scores, effects), html: page(input, scores, effects) };
}

function reportJson(input: ReportInput, scores: readonly Score[], effects: readonly Effect[]): ReportJson {
  const alarms = input.rl.flatMap(({ stage, alarms = [] }) => alarms.map((alarm) => ({ stage, ...alarm })));
  return reportSchema.parse({
    version: 1,
    recipe: input.name,
    seeds: [...input.seeds],
    seconds: input.seconds,
    stages: input.stages.map((stage) => ({ ...stage })),
    scores: scores.map(({ evaluation, interval, graded, tokens }) => ({
      checkpoint: evaluation.checkpoint,
      scaffold: scaffoldName(evaluation, scores),
      suite: evaluation.suite,
      seed: evaluation.seed,
      mean: interval.estimate,
      ci: [interval.low, interval.high],
      n: graded,
      tokens,
    })),
    ...(input.judge === undefined ? {} : { judge: { ...input.judge, percent: judgeShares(input.judge) } }),
    ...(alarms.length === 0 ? {} : { alarms }),
    effects: effects.flatMap((effect) =>
      effect.kind === 'measured'
        ? [
            {
              ...{ id: effect.id, claim: effect.claim, unit: effect.unit },
              shown: effect.shown,
              estimate: effect.interval.estimate,
              ci: [effect.interval.low, effect.interval.high],
              ...(effect.within === undefined ? {} : { within: effect.within }),
            },
          ]
        : [],
    ),
  });
}

/** The last turn carries the scaffold's name alone; earlier turns say which they are. */
function scaffoldName({ scaffold, turn, ...own }: Score['evaluation'], scores: readonly Score[]): string {
  const last = Math.max(
    ...scores
      .map(({ evaluation }) => evaluation)
      .filter((e) => e.scaffold === scaffold && e.checkpoint === own.checkpoint)
      .filter((e) => e.suite === own.suite && e.seed === own.seed)
      .map((e) => e.turn ?? 1),
  );
  return turn === undefined || turn === last ? scaffold : `${scaffold}@turn-${turn}`;
}

function page(input: ReportInput, scores: readonly Score[], effects: readonly Effect[]): string {
  const [verdict] = verdicts(effects);
  const [first] = input.evaluations;
  const figured = scores.filter(
    ({ evaluation }) => evaluation.suite === first?.suite && evaluation.seed === first.seed,
  );
  return standingPage({
    title: `${input.name}: QED report`,
    stylesheet,
    description: verdict?.text ?? input.description,
    main: html`<header>
<p class="eyebrow">QED run report</p>
<h1>${input.name}</h1>
${input.description !== '' && html`<p class="description">${input.description}</p>`}
<p class="meta">${moment(input.started)} · ${duration(input.seconds)} of work · ${input.seeds.length === 1 ? 'seed' : 'seeds'} ${input.seeds.join(', ')} · ${status(input)}</p>
</header>
<section id="verdict" class="first">
${verdictHead(effects, input.supervised, noVerdict(input))}
${missing(input)}
${checkpointTable(scores, gainsOf(input.evaluations, effects))}
</section>
${effectsSection(effects, input.seeds.length)}
${examplesSection(input.examples)}
${samplesSection(input.samples)}
${supervisedSection(input.supervised)}
${rlSection(input.rl)}
${scaffoldSection(figured)}
${searchSection(figured, input.judge)}
${costSection(input)}
${configurationSection(input)}`,
  });
}

/** Effects per suite and seed, each computed once; those of the whole run where it has one suite and seed. */
function gainsOf(evaluations: readonly Evaluation[], all: readonly Effect[]) {
  const known = new Map<string, readonly Effect[]>();
  return (suite: string, seed: number) => {
    const own = evaluations.filter((e) => e.suite === suite && e.seed === seed);
    const key = JSON.stringify([suite, seed]);
    const gains =
      known.get(key) ??
      (own.length === evaluations.length ? all : effectsOf(own.filter((e) => e.scaffold === 'single')));
    known.set(key, gains);
    return gains;
  };
}

function status({ unfinishedStages }: ReportInput): string {
  return unfinishedStages.length > 0 ? `unfinished: ${unfinishedStages.join(', ')} to come` : 'complete';
}

function noVerdict({ evaluations, unfinishedStages }: ReportInput): string {
  if (evaluations.length > 0) {
    return 'This run compares no two checkpoints: there is a score, but no effect of training to judge.';
  }
  return `Nothing was evaluated${unfinishedStages.length > 0 ? ' yet' : ''}: this run has no scores.`;
}

/** One line that names the parts a full report has and this one lacks. */
function missing(input: ReportInput): Markup | undefined {
  const evaluated = input.evaluations.length > 0;
  const parts = [
    input.supervised.every(({ points }) => points.length === 0) && 'supervised learning curves',
    input.rl.every(({ points }) => points.length === 0) && 'reinforcement learning',
    !evaluated && 'evaluation and effects',
    evaluated &&
      !input.evaluations.some(({ scaffold }) => scaffold === 'reasoning-cache') &&
      'the reasoning cache',
    input.examples.length === 0 && 'graded example proofs',
  ].filter((part) => part !== false);
  if (parts.length === 0) return undefined;
  return html`<p class="note">Not part of this run${input.unfinishedStages.length > 0 && ' so far'}: ${parts.join(', ')}.</p>`;
}
