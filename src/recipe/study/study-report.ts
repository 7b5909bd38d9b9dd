/**
 * The result of a study: `report.json` for programs and `report.html` for people, a page that stands alone. A pure function
 * of what the arms came to. The claims come first, shown or not; then the figures, the tables, and where each arm's own
 * report is.
 */

import type { Table } from '../../bench/tables/table.ts';
import { cellText } from '../../bench/tables/table.ts';
import type { Json } from '../../journal/journal.ts';
import { type Content, html, type Markup } from '../../prove/html.ts';
import { standingPage } from '../../prove/standing-page.ts';
import { bracket, duration, pValue, signed } from '../report/format.ts';
import { glyphScale, intervalGlyph } from '../report/interval-glyph.ts';
import type { MeasuredEffect } from '../report/measured-effect.ts';
import { stylesheet } from '../report/stylesheet.ts';
import { verdictOf } from '../report/verdict-section.ts';
import { stagesOf } from '../schema.ts';
import { stageKey } from '../stage-inputs.ts';
import type { ArmResult } from '../sweep/read-arm.ts';
import { summarise } from '../sweep/summary.ts';
import { sweepTables } from '../sweep/tables.ts';
import { claimedEffects, type StudyEffect } from './claims.ts';
import { drawStudyFigure } from './figures.ts';
import type { Study } from './load-study.ts';
import { claimTable, scaffoldTable, scoreTable } from './tables.ts';

export interface StudyReport {
  readonly json: Json;
  readonly html: string;
  /** Claims and scores, for a terminal. */
  readonly tables: readonly Table[];
  /** `4 of 5 claims shown`. */
  readonly verdict: string;
}

/** `results` are those of the arms that are finished; `unfinished` names the others. */
export function buildStudyReport(
  study: Study,
  results: readonly ArmResult[],
  unfinished: readonly string[],
): StudyReport {
  const effects = claimedEffects(study.claims, results, study.seeds);
  const measured = effects.filter(({ effect }) => effect.kind === 'measured');
  const shown = measured.filter(({ effect }) => effect.kind === 'measured' && effect.shown);
  const verdict = `${shown.length} of ${effects.length} claims shown`;
  const scaffolds = scaffoldTable(results);
  const tables = [
    ...(effects.length === 0 ? [] : [claimTable(effects)]),
    scoreTable(results),
    ...(scaffolds === undefined ? [] : [scaffolds]),
  ];
  const uses = results.length === 0 ? [] : sweepTables(summarise(results), []).filter(isOfUse);
  return {
    verdict,
    tables: [...tables, ...uses],
    json: reportJson(study, results, unfinished, effects),
    html: page({ study, results, unfinished, effects, verdict, tables: [...tables.slice(1), ...uses] }),
  };
}

/** Of a sweep's tables those of what its arms took: the others compare all arms with the first, which claims do better. */
function isOfUse({ title }: Table): boolean {
  return title.includes('what it took');
}

function reportJson(
  study: Study,
  results: readonly ArmResult[],
  unfinished: readonly string[],
  effects: readonly StudyEffect[],
): Json {
  return JSON.parse(
    JSON.stringify({
      version: 1,
      study: study.name,
      seeds: study.seeds,
      finished: results.map(({ arm }) => arm.name),
      unfinished,
      claims: effects.map(({ heading, effect, seeds }) =>
        effect.kind === 'not-applicable'
          ? { effect: heading, id: effect.id, claim: effect.claim, notMeasured: effect.why }
          : {
              ...{ effect: heading, id: effect.id, claim: effect.claim, unit: effect.unit },
              estimate: effect.interval.estimate,
              ci: [effect.interval.low, effect.interval.high],
              ...{ pValue: effect.pValue, problems: effect.problems, within: effect.within },
              ...{ shown: effect.shown, opposite: effect.opposite, seeds },
            },
      ),
    }),
  ) as Json;
}

interface Page {
  readonly study: Study;
  readonly results: readonly ArmResult[];
  readonly unfinished: readonly string[];
  readonly effects: readonly StudyEffect[];
  readonly verdict: string;
  readonly tables: readonly Table[];
}

function page({ study, results, unfinished, effects, verdict, tables }: Page): string {
  const seconds = secondsOf(results);
  const figures = study.figures.flatMap((one) => drawStudyFigure(one, results) ?? []);
  return standingPage({
    title: `${study.name}: QED study`,
    stylesheet,
    description: verdict,
    main: html`<header>
<p class="eyebrow">QED study</p>
<h1>${study.name}</h1>
${study.description !== '' && html`<p class="description">${study.description}</p>`}
<p class="meta">${results.length} runs · ${study.seeds.length === 1 ? 'seed' : 'seeds'} ${study.seeds.join(', ')} · ${duration(seconds)} of work${unfinished.length > 0 && ` · unfinished: ${unfinished.join(', ')}`}</p>
</header>
<section id="verdict" class="first">
<p class="verdict">${verdict}.</p>
<p class="note">A claim is shown when its whole paired 95 % interval over the problems and attempts of all seeds lies above zero, or, where it is that two are alike, within the points that it names. Estimates count in the direction of the claim. Rings are the seeds, one training each: what training anew would change, only they tell.</p>
${claimLists(effects)}
</section>
${figures.length > 0 && html`<section id="figures"><h2>Figures</h2><p class="lede">Lines are means over the seeds; bands reach from the least to the most of them.</p><div class="figures three">${figures}</div></section>`}
<section id="tables"><h2>Tables</h2>${tables.map(tableMarkup)}</section>
<section id="arms"><h2>Runs</h2><p class="lede">Each is a run directory of its own, with its report.</p>
<ul>${results.map(({ arm }) => html`<li><a href="${arm.name}/report.html">${arm.name}</a></li>`)}</ul></section>`,
  });
}

/** Of all stages, one that several arms share once. */
function secondsOf(results: readonly ArmResult[]): number {
  const made = new Map<string, number>();
  for (const { arm, input } of results) {
    const { recipe } = arm.loaded;
    for (const id of stagesOf(recipe)) {
      const own = input.stages.find((stage) => stage.id === id);
      if (own !== undefined) made.set(stageKey(recipe, id), own.seconds);
    }
  }
  return [...made.values()].reduce((sum, one) => sum + one, 0);
}

function claimLists(effects: readonly StudyEffect[]): Content {
  return [...Map.groupBy(effects, ({ heading }) => heading)].map(([heading, own]) => {
    const units = (['points', 'tokens'] as const).map((unit) =>
      claimList(
        own.filter(({ effect }) => effect.kind === 'measured' && effect.unit === unit),
        unit,
      ),
    );
    const absent = own.flatMap(({ effect }) => (effect.kind === 'measured' ? [] : [effect]));
    return html`<h3>${heading}</h3>${units}${absent.map(({ claim, why }) => html`<p class="note">Not measured: ${claim} (${why}).</p>`)}`;
  });
}

function claimList(claims: readonly StudyEffect[], unit: 'points' | 'tokens'): Markup | undefined {
  const rows = claims.flatMap(({ effect, seeds }) => (effect.kind === 'measured' ? [{ effect, seeds }] : []));
  if (rows.length === 0) return undefined;
  const values = rows.flatMap(({ effect: { interval }, seeds }) => [
    ...[interval.low, interval.high],
    ...seeds.map(({ estimate }) => estimate),
  ]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = Math.max(1, high - low) * 0.04;
  const scale = { low: low - margin, high: high + margin };
  return html`<ul class="effects"><li class="scale" aria-hidden="true"><span class="claim"><small>${unit === 'points' ? 'percentage points' : 'tokens a reply'}</small></span><span class="drawing">${glyphScale(scale)}</span></li>${rows.map(
    ({ effect, seeds }) => claimRow(effect, seeds, scale),
  )}</ul>`;
}

function claimRow(
  effect: MeasuredEffect,
  seeds: StudyEffect['seeds'],
  scale: { readonly low: number; readonly high: number },
): Markup {
  const { claim, interval, within, shown, opposite } = effect;
  const colour = shown ? 'var(--shown)' : 'var(--not-shown)';
  const at = (value: number): string =>
    `${((100 * (value - scale.low)) / (scale.high - scale.low)).toFixed(2)}%`;
  const rings = seeds.map(
    ({ estimate }) => html`<circle cx="${at(estimate)}" cy="5" r="3" fill="none" stroke="var(--soft)"/>`,
  );
  return html`<li>
<span class="claim">${claim}${within !== undefined && ` (within ±${within} points)`}</span>
<span class="drawing">${intervalGlyph(interval, { scale, colour, open: !shown, zeroLine: true })}<svg class="glyph" width="100%" height="10" aria-hidden="true">${rings}</svg></span>
<span class="estimate"><b>${signed(interval.estimate)}</b> ${bracket(interval)} <small>${pValue(effect.pValue)}; by seed ${seeds.map(({ estimate }) => signed(estimate)).join(', ')}</small></span>
<span class="${shown ? 'badge yes' : 'badge no'}">${shown || opposite ? verdictOf(effect) : 'not shown: could be chance'}</span></li>`;
}

function tableMarkup({ title, columns, rows, notes }: Table): Markup {
  const aligned = (i: number): string => (columns[i]?.align === 'right' ? 'num' : '');
  return html`<div class="scroll"><table class="numbers"><caption>${title}</caption>
<thead><tr>${columns.map(({ heading }, i) => html`<th scope="col" class="${aligned(i)}">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => html`<td class="${aligned(i)}">${cellText(cell)}</td>`)}</tr>`)}</tbody></table></div>
${notes.map((note) => html`<p class="note">${note}</p>`)}`;
}
