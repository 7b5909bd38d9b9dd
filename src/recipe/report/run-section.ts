/**
 * What the run took and what it was: time and tokens by stage, the frozen recipe, the machine.
 */
import { count, duration } from './format.ts';
import { html, type Markup } from './html.ts';
import type { ReportInput } from './report-input.ts';

/** Time and tokens of every stage, longest bar = longest stage. */
export function costSection({ stages, seconds }: ReportInput): Markup | undefined {
  if (stages.length === 0) return undefined;
  const longest = Math.max(...stages.map((stage) => stage.seconds), 1e-9);
  const total = (of: (stage: (typeof stages)[number]) => number) => stages.reduce((sum, s) => sum + of(s), 0);
  return html`<section id="cost"><h2>Time and tokens</h2>
<div class="scroll"><table class="cost"><thead><tr><th scope="col">Stage</th><th scope="col" class="plot-column"></th><th scope="col" class="num">Time</th><th scope="col" class="num">Trained on</th><th scope="col" class="num">Sampled</th></tr></thead>
<tbody>${stages.map(
    (stage) => html`<tr><th scope="row">${stage.id}</th>
<td class="plot-column"><i class="bar" style="width:${(100 * (stage.seconds / longest)).toFixed(1)}%"></i></td>
<td class="num">${duration(stage.seconds)}</td><td class="num">${tokens(stage.trainedTokens)}</td><td class="num">${tokens(stage.sampledTokens)}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row">All</th><td class="plot-column"></td><td class="num">${duration(seconds)}</td><td class="num">${tokens(total((s) => s.trainedTokens))}</td><td class="num">${tokens(total((s) => s.sampledTokens))}</td></tr></tfoot></table></div>
<p class="note">Tokens. Time is the run’s own work, all sittings together.</p></section>`;
}

function tokens(value: number): string {
  return value === 0 ? '–' : count(value);
}

/** Recipe and environment. */
export function configurationSection({ recipeYaml, environment, seeds }: ReportInput): Markup {
  const { cpu, cores, node, qed } = environment;
  return html`<section id="configuration"><h2>Configuration</h2>
<dl class="facts"><div><dt>QED</dt><dd>${qed}</dd></div><div><dt>Node</dt><dd>${node}</dd></div><div><dt>Processor</dt><dd>${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}</dd></div><div><dt>${seeds.length === 1 ? 'Seed' : 'Seeds'}</dt><dd>${seeds.join(', ')}</dd></div></dl>
<details class="fold"><summary>The recipe, resolved</summary><pre>${recipeYaml}</pre></details></section>`;
}
