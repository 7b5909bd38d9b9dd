/**
 * Steps of curation as one self-contained page: the funnel, what left by reason and source, how long texts are, and rows of both sides
 * to read, with their mathematics. All text of rows is untrusted: it is escaped or rendered to known elements, and the
 * page's policy lets nothing run and nothing load.
 */

import path from 'node:path';
import { type Content, html, type Markup } from '../../prove/html.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics, type Mathematics } from '../../prove/mathematics.ts';
import { standingPage } from '../../prove/standing-page.ts';
import { filterRules } from '../filter/rules.ts';
import { curationStylesheet } from './curation-stylesheet.ts';
import { funnelOf } from './funnel.ts';
import { funnelFigure } from './funnel-figure.ts';
import type { Lengths, StepSample, StepStatistics } from './step-statistics.ts';

/** Longer texts are shown by their beginning. */
const longestText = 6_000;

export function curationPage(
  steps: readonly StepStatistics[],
  { title, version }: { readonly title: string; readonly version: string },
): string {
  const mathematics = createMathematics();
  const bars = funnelOf(steps.map(({ record }) => record));
  const first = bars[0]?.left ?? 0;
  const last = steps.at(-1)?.kept ?? 0;
  return standingPage({
    title: title,
    stylesheet: curationStylesheet,
    version,
    main: html`<header>
<p class="eyebrow">${steps.map(({ record }) => record.step).join(' → ')}</p>
<h1>${title}</h1>
<p class="headline">${count(last)} of ${count(first)} problems ${last < first ? 'are left' : 'are there'}</p>
<p class="lede">A row leaves for the first reason that applies, in the order shown.</p>
</header>
<section>
<h2>The funnel</h2>
<figure class="figure">${funnelFigure(bars)}</figure>
<p class="legend"><span><i style="background:var(--kept)"></i>left after it</span><span><i style="background:var(--lost)"></i>taken by it</span></p>
</section>
${steps.map((step) => stepSection(step, mathematics))}
<footer>Made by QED ${version}.</footer>`,
  });
}

function stepSection(step: StepStatistics, mathematics: Mathematics): Markup {
  const { record, samples } = step;
  const left = samples.filter(({ reason }) => reason !== undefined);
  const stayed = samples.filter(({ reason }) => reason === undefined);
  return html`<section>
<p class="eyebrow">${path.basename(step.directory)}</p>
<h2>${record.step}</h2>
<p class="lede">${summaryOf(step)}</p>
${countsTable(step)}
${lengthsTable(step)}
${left.length > 0 && html`<h3>Rows that left, to read</h3>${left.map((one) => sampleOf(one, mathematics))}`}
${stayed.length > 0 && html`<h3>Rows that went on, to read</h3>${stayed.map((one) => sampleOf(one, mathematics))}`}
</section>`;
}

function summaryOf({ kept, dropped, withoutSolution, withScheme }: StepStatistics): string {
  const parts = [
    `${count(kept + dropped)} rows came in, ${count(kept)} went on, ${count(dropped)} left.`,
    withoutSolution > 0 ? `${count(withoutSolution)} of those that went on have no solution.` : '',
    withScheme > 0 ? `${count(withScheme)} have a marking scheme.` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function countsTable({ record }: StepStatistics): Markup {
  const { kept, dropped, figures } = record;
  const sources = [
    ...new Set([kept, ...Object.values(dropped)].flatMap((counts) => Object.keys(counts))),
  ].sort();
  const applied = (figures.allReasons ?? {}) as Readonly<Record<string, Readonly<Record<string, number>>>>;
  const order = filterRules.map(({ reason }) => reason);
  const place = (reason: string): number => (order.includes(reason) ? order.indexOf(reason) : order.length);
  const reasons = [...new Set([...Object.keys(dropped), ...Object.keys(applied)])].sort(
    (a, b) => place(a) - place(b) || (a < b ? -1 : 1),
  );
  const hasApplied = Object.keys(applied).length > 0;
  const rowOf = (name: Content, counts: Readonly<Record<string, number>>, also: Content, kind = ''): Markup =>
    html`<tr class="${kind}"><th scope="row">${name}</th>${cell(sum(counts))}${sources.map((source) => cell(counts[source] ?? 0))}${hasApplied && html`<td class="num">${also}</td>`}</tr>`;
  const titles = new Map(filterRules.map(({ reason, title }) => [reason, title]));
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">reason</th><th class="num" scope="col">rows</th>${sources.map((source) => html`<th class="num" scope="col">${source}</th>`)}${hasApplied && html`<th class="num" scope="col">applies to</th>`}</tr></thead>
<tbody>
${reasons.map((reason) =>
  rowOf(
    html`<span title="${titles.get(reason) ?? ''}">${reason}</span>`,
    dropped[reason] ?? {},
    count(sum(applied[reason] ?? {})),
  ),
)}
${rowOf('went on', kept, '', 'sum')}
</tbody></table></div>`;
}

function lengthsTable({ statements, solutions }: StepStatistics): Content {
  const rows = [
    ['statements', statements],
    ['solutions', solutions],
  ] as const;
  const shown = rows.filter((row): row is readonly [(typeof row)[0], Lengths] => row[1] !== undefined);
  if (shown.length === 0) return undefined;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">characters of rows that went on</th>${['how many', 'median', '95 of 100 within', 'longest'].map((name) => html`<th class="num" scope="col">${name}</th>`)}</tr></thead>
<tbody>${shown.map(
    ([name, { count: many, median, within95, longest }]) =>
      html`<tr><th scope="row">${name}</th>${[many, median, within95, longest].map(cell)}</tr>`,
  )}</tbody></table></div>`;
}

function sampleOf({ reason, detail, row }: StepSample, mathematics: Mathematics): Markup {
  const { contest, year } = row.tags;
  const [solution] = row.solutions;
  const facts = [row.id, contest, year].filter((fact) => fact !== undefined);
  return html`<article class="sample">
<header><span class="chip${reason === undefined ? ' stays' : ''}">${reason ?? 'went on'}</span>${facts.map((fact) => html`<span>${String(fact)}</span>`)}</header>
<div class="statement">${rendered(row.statement, mathematics)}</div>
${reason !== undefined && html`<p class="because">${detail}</p>`}
${
  solution !== undefined &&
  html`<details class="solution"><summary>solution${row.solutions.length > 1 && html` 1 of ${row.solutions.length}`}, ${count(solution.length)} characters</summary><div>${rendered(solution, mathematics)}</div></details>`
}
</article>`;
}

function rendered(text: string, mathematics: Mathematics): Markup {
  const shown = text.length > longestText ? `${text.slice(0, longestText)} …` : text;
  return markdownToHtml(shown, mathematics, { headingLevel: 5 });
}

function cell(value: number): Markup {
  return value === 0 ? html`<td class="num zero">·</td>` : html`<td class="num">${count(value)}</td>`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
