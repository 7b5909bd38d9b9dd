/**
 * What the run took and what it was: time and tokens by stage, the frozen recipe, the machine.
 */

import { html, type Markup } from '../../prove/html.ts';
import { count, decimal, duration, moment } from './format.ts';
import { checkpointColour } from './palette.ts';
import type { ReportInput } from './report-input.ts';

/** Colour of the checkpoint that a stage leaves; stages that train nothing are neutral. */
const stageColour: Readonly<Record<string, string>> = {
  pretrain: checkpointColour.base,
  sft: checkpointColour.sft,
  rl: checkpointColour.rl,
  rc: checkpointColour.rc,
  judge: checkpointColour.judge,
};

/** Time and tokens of every stage, drawn to two common scales. */
export function costSection({ stages, seconds }: ReportInput): Markup | undefined {
  if (stages.length === 0) return undefined;
  const longest = Math.max(...stages.map((stage) => stage.seconds), 1e-9);
  const most = Math.max(
    ...stages.map(({ trainedTokens, sampledTokens }) => trainedTokens + sampledTokens),
    1,
  );
  const bar = (share: number, look: string) =>
    html`<i class="bar" style="width:${(100 * share).toFixed(2)}%;${look}"></i>`;
  const isMeasured = stages.some(({ tokensPerSecond }) => tokensPerSecond !== undefined);
  const heads =
    isMeasured && html`<th scope="col" class="num">Tokens/s</th><th scope="col" class="num">Memory</th>`;
  const measures = ({ tokensPerSecond, peakBytes }: (typeof stages)[number]) =>
    isMeasured &&
    html`<td class="num">${tokensPerSecond === undefined ? '–' : count(tokensPerSecond)}</td><td class="num">${peakBytes === undefined ? '–' : gibibytes(peakBytes)}</td>`;
  const sum = (of: (stage: (typeof stages)[number]) => number) => stages.reduce((all, s) => all + of(s), 0);
  return html`<section id="cost"><h2>Time and tokens</h2>
<table class="cost"><thead><tr><th scope="col">Stage</th><th scope="col" class="plot-column"></th><th scope="col" class="num">Time</th><th scope="col" class="plot-column"></th><th scope="col" class="num">Trained on</th><th scope="col" class="num">Sampled</th>${heads}</tr></thead>
<tbody>${stages.map((stage) => {
    const fill = `background:${stageColour[stage.id] ?? 'var(--soft)'}`;
    return html`<tr><th scope="row">${stage.id}</th>
<td class="plot-column">${bar(stage.seconds / longest, fill)}</td><td class="num">${duration(stage.seconds)}</td>
<td class="plot-column"><span class="bars">${stage.trainedTokens > 0 && bar(stage.trainedTokens / most, fill)}${stage.sampledTokens > 0 && bar(stage.sampledTokens / most, `${fill};opacity:.45`)}</span></td>
<td class="num">${tokens(stage.trainedTokens)}</td><td class="num">${tokens(stage.sampledTokens)}</td>${measures(stage)}</tr>`;
  })}</tbody>
<tfoot><tr><th scope="row">All</th><td class="plot-column"></td><td class="num">${duration(seconds)}</td><td class="plot-column"></td><td class="num">${tokens(sum((s) => s.trainedTokens))}</td><td class="num">${tokens(sum((s) => s.sampledTokens))}</td>${isMeasured && html`<td></td><td></td>`}</tr></tfoot></table>
<p class="note"><span class="only-wide">Left bars: time. Right bars: tokens, trained on (full colour) and sampled (pale). </span>Time is the run’s own work, all sittings together.${isMeasured && ' Tokens/s: trained on, by second of training alone. Memory: the most that the process had until the stage ended.'}</p></section>`;
}

function gibibytes(bytes: number): string {
  return `${decimal(bytes / 2 ** 30, 2)} GiB`;
}

function tokens(value: number): string {
  return value === 0 ? '–' : count(value);
}

/** Recipe and environment. */
export function configurationSection({
  recipeYaml,
  environment,
  seeds,
  started,
  finished,
}: ReportInput): Markup {
  const { cpu, cores, node, qed } = environment;
  return html`<section id="configuration"><h2>Configuration</h2>
<dl class="facts"><div><dt>Started</dt><dd>${moment(started)}</dd></div>${finished !== undefined && html`<div><dt>Finished</dt><dd>${moment(finished)}</dd></div>`}<div><dt>QED</dt><dd>${qed}</dd></div><div><dt>Node</dt><dd>${node}</dd></div><div><dt>Processor</dt><dd>${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}</dd></div><div><dt>${seeds.length === 1 ? 'Seed' : 'Seeds'}</dt><dd>${seeds.join(', ')}</dd></div></dl>
<details class="fold"><summary>The recipe, resolved</summary><pre>${recipeYaml}</pre></details></section>`;
}
