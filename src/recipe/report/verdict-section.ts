/**
 * The head of the report: what training did, in one sentence per stage, and the table of checkpoints with their
 * intervals and paired differences.
 */
import type { Effect, MeasuredEffect } from './effects.ts';
import { label } from './effects.ts';
import { bracket, decimal, pValue, signed } from './format.ts';
import { type Content, html, type Markup } from './html.ts';
import { intervalGlyph } from './interval-glyph.ts';
import { checkpointColour } from './palette.ts';
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

/** The verdict in large type. `missing` says what keeps it from being there. */
export function verdictHead(effects: readonly Effect[], missing: string): Markup {
  const [first, ...others] = verdicts(effects);
  if (first === undefined) return html`<p class="verdict none">${missing}</p>`;
  return html`<p class="verdict">${first.text}.</p>
${others.map(({ text }) => html`<p class="verdict second">${text}.</p>`)}`;
}

const predecessor: Readonly<Record<string, readonly string[]>> = {
  base: [],
  sft: ['sft-over-base'],
  rl: ['rl-over-sft', 'rl-over-base'],
  rc: ['rc-over-sft'],
};

/** Table of single-turn scores, one row a checkpoint (and seed). */
export function checkpointTable(scores: readonly Score[], effects: readonly Effect[]): Markup | undefined {
  const rows = scores.filter(({ evaluation }) => evaluation.scaffold === 'single');
  const [first] = rows;
  if (first === undefined) return undefined;
  const top = Math.min(100, Math.ceil(Math.max(...rows.map(({ interval }) => interval.high)) / 10) * 10);
  const severalSeeds = new Set(rows.map(({ evaluation }) => evaluation.seed)).size > 1;
  const severalSuites = new Set(rows.map(({ evaluation }) => evaluation.suite)).size > 1;
  const ungraded = rows.reduce((sum, row) => sum + row.ungraded, 0);
  return html`<div class="scroll"><table class="scores">
<caption>Single-turn score on held-out problems, percent of full marks, with 95 % interval</caption>
<thead><tr><th scope="col">Checkpoint</th><th scope="col" class="plot-column"><span class="scale"><span>0</span><span>${top} %</span></span></th><th scope="col" class="num">Score</th><th scope="col" class="num">Paired difference</th><th scope="col" class="num">Length</th><th scope="col" class="num">Overflow</th><th scope="col" class="num">Graded</th></tr></thead>
<tbody>${rows.map(
    ({ evaluation, interval, length, overflow, graded }) => html`<tr>
<th scope="row"><i class="dot" style="background:${checkpointColour[evaluation.checkpoint]}"></i>${label(evaluation.checkpoint)}${severalSuites && html` <small>${evaluation.suite}</small>`}${severalSeeds && html` <small>seed ${evaluation.seed}</small>`}</th>
<td class="plot-column">${intervalGlyph(interval, { low: 0, high: top, colour: checkpointColour[evaluation.checkpoint], zeroLine: false })}</td>
<td class="num" data-name="Score"><b>${decimal(interval.estimate)}</b> <small>${bracket(interval)}</small></td>
<td class="num" data-name="Paired difference">${difference(evaluation.checkpoint, effects)}</td>
<td class="num" data-name="Length">${decimal(length)} <small>tokens</small></td>
<td class="num" data-name="Overflow">${decimal(overflow)} <small>%</small></td>
<td class="num" data-name="Graded">${graded} <small>attempts</small></td></tr>`,
  )}</tbody></table></div>
<p class="note">${first.problems} problems in suite ${first.evaluation.suite}. Intervals: two-level bootstrap over problems and attempts. Paired differences compare the same problems${severalSeeds && ', all seeds pooled'}; p-values: sign-flip permutation. ${ungraded > 0 && `${ungraded} attempts could not be graded; they are left out, not counted as 0.`}</p>`;
}

function difference(checkpoint: string, effects: readonly Effect[]): Content {
  const ids = predecessor[checkpoint] ?? [];
  const effect = effects.find((candidate) => ids.includes(candidate.id) && candidate.kind === 'measured');
  if (effect?.kind !== 'measured') return html`<span class="soft">–</span>`;
  const against = effect.id.endsWith('base') ? 'base' : 'SFT';
  return html`<b>${signed(effect.interval.estimate)}</b> <small>${bracket(effect.interval)} on ${against}, ${pValue(effect.pValue)}</small>`;
}
