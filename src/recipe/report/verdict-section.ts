/**
 * The head of the report: what training did, in one sentence per stage, and the table of checkpoints with their
 * intervals and paired differences.
 */

import { type Content, html, type Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { bracket, decimal, integer, pValue, signed } from './format.ts';
import { glyphScale, intervalGlyph } from './interval-glyph.ts';
import type { Effect, MeasuredEffect } from './measured-effect.ts';
import { checkpointColour } from './palette.ts';
import type { SupervisedCurve } from './report-input.ts';
import type { Score } from './scores.ts';

const trainingEffects = [
  { id: 'rl-over-sft', later: 'RL', earlier: 'SFT' },
  { id: 'rl-over-base', later: 'RL', earlier: 'base' },
  { id: 'rc-over-sft', later: 'RC training', earlier: 'SFT' },
  { id: 'sft-over-base', later: 'SFT', earlier: 'base' },
];

/** One sentence per measured training effect, the last stage first: `RL +11.2 points over SFT [8.1, 14.4]: shown`. */
export function verdicts(effects: readonly Effect[]): { text: string; shown: boolean }[] {
  return trainingEffects.flatMap(({ id, later, earlier }) => {
    const effect = effects.find((candidate) => candidate.id === id);
    if (effect?.kind !== 'measured') return [];
    const { interval, shown } = effect;
    const text = `${later} ${signed(interval.estimate)} points over ${earlier} ${bracket(interval)}: ${verdictOf(effect)}`;
    return [{ text, shown }];
  });
}

/** `shown`, `not shown`, or `not shown; the data say the opposite`. */
export function verdictOf({ shown, opposite }: MeasuredEffect): string {
  if (shown) return 'shown';
  return opposite ? 'not shown; the data say the opposite' : 'not shown';
}

/** The verdict in large type. Without effects, what the losses say; `missing` says why there is no more. */
export function verdictHead(
  effects: readonly Effect[],
  supervised: readonly SupervisedCurve[],
  missing: string,
): Markup {
  const found = verdicts(effects).map(({ text }) => `${text}.`);
  const [first, ...others] = found.length > 0 ? found : [...lossVerdicts(supervised), missing];
  return html`<p class="${found.length > 0 || others.length > 0 ? 'verdict' : 'verdict none'}">${first}</p>
${others.map((text) => html`<p class="verdict second">${text}</p>`)}`;
}

/** `SFT: held-out loss 0.927 → 0.330 nats per token.`, the last stage first. */
function lossVerdicts(curves: readonly SupervisedCurve[]): string[] {
  return [...curves].reverse().flatMap(({ checkpoint, before, points }) => {
    const measured = points.flatMap(({ validationLoss }) =>
      validationLoss === undefined ? [] : [validationLoss],
    );
    const losses = before === undefined ? measured : [before, ...measured];
    const [first, last] = [losses[0], losses.at(-1)];
    if (losses.length < 2 || first === undefined || last === undefined) return [];
    const stage =
      checkpoint === 'base' ? 'Pre-training' : checkpoint === 'judge' ? 'The judge' : label(checkpoint);
    return [`${stage}: held-out loss ${decimal(first, 3)} \u2192 ${decimal(last, 3)} nats per token.`];
  });
}

const predecessor: Readonly<Record<string, readonly string[]>> = {
  base: [],
  sft: ['sft-over-base'],
  rl: ['rl-over-sft', 'rl-over-base'],
  rc: ['rc-over-sft'],
};

/**
 * Table of single-turn scores, one row a checkpoint (and suite and seed). `gainsOf` gives the effects of one
 * suite and seed, so that a row's gain belongs to the row.
 */
export function checkpointTable(
  scores: readonly Score[],
  gainsOf: (suite: string, seed: number) => readonly Effect[],
): Markup | undefined {
  const rows = scores.filter(({ evaluation }) => evaluation.scaffold === 'single');
  const [first] = rows;
  if (first === undefined) return undefined;
  const scale = {
    low: 0,
    high: Math.min(100, Math.max(10, ...rows.map(({ interval }) => interval.high * 1.08))),
  };
  const cacheOf = lastTurns(scores);
  const turns = Math.max(0, ...rows.map((row) => cacheOf(row)?.evaluation.turn ?? 0));
  const withCache = rows.some((row) => cacheOf(row) !== undefined);
  const severalSeeds = new Set(rows.map(({ evaluation }) => evaluation.seed)).size > 1;
  const severalSuites = new Set(rows.map(({ evaluation }) => evaluation.suite)).size > 1;
  const ungraded = rows.reduce((sum, row) => sum + row.ungraded, 0);
  return html`<table class="${withCache ? 'scores with-cache' : 'scores'}">
<caption>Single-turn score on held-out problems, percent of full marks, with 95 % interval</caption>
<thead><tr><th scope="col">Checkpoint</th><th scope="col" class="plot-column">${glyphScale(scale)}</th><th scope="col">Score</th>${withCache && html`<th scope="col">Reasoning cache${turns > 1 && `, turn ${turns}`}</th>`}<th scope="col">Gain on the same problems</th><th scope="col" class="num">Length</th><th scope="col" class="num">Overflow</th></tr></thead>
<tbody>${rows.map((row) => {
    const { evaluation, interval, length, overflow } = row;
    const colour = checkpointColour[evaluation.checkpoint];
    return html`<tr>
<th scope="row"><i class="dot" style="background:${colour}"></i>${label(evaluation.checkpoint)}${severalSuites && html` <small>${evaluation.suite}</small>`}${severalSeeds && html` <small>seed ${evaluation.seed}</small>`}</th>
<td class="plot-column">${intervalGlyph(interval, { scale, colour })}</td>
<td class="score" data-name="Score"><b>${decimal(interval.estimate)}</b> <small>${bracket(interval)}</small></td>
${withCache && html`<td class="score cache" data-name="Cache">${cacheScore(cacheOf(row))}</td>`}
<td class="gain" data-name="Gain">${difference(evaluation.checkpoint, gainsOf(evaluation.suite, evaluation.seed))}</td>
<td class="num" data-name="Length">${decimal(length)} <small>tokens</small></td>
<td class="num" data-name="Overflow">${decimal(overflow)} <small>%</small></td></tr>`;
  })}</tbody></table>
<p class="note">${first.problems} problems of ${first.evaluation.suite}, ${integer(first.graded + first.ungraded)} attempts per checkpoint. Score intervals: two-level bootstrap over problems and attempts. Gains: paired on the same problems; p-values: sign-flip permutation.${ungraded > 0 && ` ${integer(ungraded)} attempts could not be graded; they are left out, not counted as 0.`}${withCache && " The cache's first turn is a draw of its own, so it differs slightly from the single turn."}</p>`;
}

/** The score after the last turn of the reasoning cache, by the row whose checkpoint, suite and seed it shares. */
function lastTurns(scores: readonly Score[]): (row: Score) => Score | undefined {
  const keyOf = ({ evaluation: e }: Score) => JSON.stringify([e.checkpoint, e.suite, e.seed]);
  const last = new Map<string, Score>();
  for (const score of scores) {
    if (score.evaluation.scaffold !== 'reasoning-cache') continue;
    const known = last.get(keyOf(score))?.evaluation.turn ?? 0;
    if ((score.evaluation.turn ?? 1) > known) last.set(keyOf(score), score);
  }
  return (row) => last.get(keyOf(row));
}

function cacheScore(score: Score | undefined): Content {
  if (score === undefined) return html`<span class="soft">–</span>`;
  return html`<b>${decimal(score.interval.estimate)}</b> <small>${bracket(score.interval)}</small>`;
}

function difference(checkpoint: string, effects: readonly Effect[]): Content {
  const ids = predecessor[checkpoint] ?? [];
  const effect = effects.find((candidate) => ids.includes(candidate.id) && candidate.kind === 'measured');
  if (effect?.kind !== 'measured') return html`<span class="soft">–</span>`;
  const against = effect.id.endsWith('base') ? 'base' : 'SFT';
  return html`<b>${signed(effect.interval.estimate)}</b> <small>${bracket(effect.interval)} over ${against}, ${pValue(effect.pValue)}</small>`;
}
