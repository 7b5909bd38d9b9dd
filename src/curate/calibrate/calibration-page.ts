/**
 * A calibration as one self-contained page: pictures and every table. What comes from sets and specs is text to it and can
 * bring nothing in; nothing runs and nothing loads.
 */

import { cellText, type Table } from '../../bench/tables/table.ts';
import { html, type Markup } from '../../prove/html.ts';
import { proofStylesheet } from '../../prove/proof-stylesheet.ts';
import { standingPage } from '../../prove/standing-page.ts';
import { armLabel } from './arm.ts';
import type { ArmResult, SetCalibration } from './calibrate-set.ts';
import type { CalibrationResult } from './calibration-json.ts';
import { attackPicture, errorPicture, gridPicture, lengthPicture } from './pictures.ts';

const stylesheet = `${proofStylesheet}
main{max-width:1080px}
h1,h2,h3{overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:22px 28px;margin:14px 0 26px}
figure{margin:0;min-width:0}
figcaption{font:13px/1.45 var(--sans);color:var(--soft);margin:0 0 6px;overflow-wrap:anywhere}
figcaption b{color:var(--ink)}
svg.plot{max-width:100%;height:auto}
.scroll{overflow-x:auto;margin:8px 0 22px}
table{border-collapse:collapse;font:13px/1.45 var(--sans);font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 6px;white-space:nowrap}
th,td{padding:3px 12px 3px 0;border-bottom:1px solid var(--rule);vertical-align:top;white-space:nowrap}
th{font-weight:600;text-align:left;color:var(--soft)}
td.right,th.right{text-align:right}
.notes{font:13px/1.5 var(--sans);color:var(--soft);max-width:820px}
`;

export interface CalibrationPage extends CalibrationResult {
  /** Every table, as they are printed. */
  readonly tables: readonly Table[];
  readonly version: string;
}

export function calibrationPage({ sets, injections, tables, version }: CalibrationPage): string {
  const title = `Judges on ${sets.map(({ set }) => set.name).join(', ')}`;
  return standingPage({
    title: title,
    stylesheet,
    version,
    main: html`<header>
<p class="eyebrow">calibration of judges</p>
<h1>${title}</h1>
</header>
${sets.map((result) => setSection(result))}
${injections.map(
  ({ set, scores }) =>
    html`<section><h2>${set.name}: attacks planted in wrong proofs</h2><div class="grid">${scores.map(
      (score) =>
        figure(
          armLabel(score.arm),
          'points that the grade rises by, each kind, and a text that asks for nothing',
          attackPicture(score),
        ),
    )}</div></section>`,
)}
<section><h2>Tables</h2>${tables.map(tableMarkup)}</section>`,
  });
}

function setSection(result: SetCalibration): Markup {
  const { set, arms } = result;
  const graded = arms.filter(({ agreement }) => agreement.coverage.compared > 0);
  return html`<section>
<h2>${set.name}</h2>
${set.notes.map((note) => html`<p class="notes">${note}</p>`)}
${figure('How far judges are off', 'with 95 % intervals over problems; grey are graders that read nothing', errorPicture(result))}
${graded.map((arm) => armSection(result, arm))}
</section>`;
}

function armSection(result: SetCalibration, arm: ArmResult): Markup {
  const { gradings } = arm;
  const ungraded = gradings.filter(({ row }) => row?.points == null).length;
  return html`<h3>${arm.label}</h3>
${ungraded > 0 && html`<p class="notes">${ungraded} of ${gradings.length} gradings have no grade and are in no picture.</p>`}
<div class="grid">
${figure('People against the judge', 'how many proofs; the darker, the larger the share of the row', gridPicture(result, arm))}
${figure('Too generous, too strict, by length', 'quarters of the proofs with intervals', lengthPicture(result, arm))}
</div>`;
}

function figure(title: string, subtitle: string, picture: Markup): Markup {
  return html`<figure><figcaption><b>${title}</b> ${subtitle}</figcaption>${picture}</figure>`;
}

function tableMarkup({ title, columns, rows, notes }: Table): Markup {
  const of = (align: 'left' | 'right'): string => align;
  return html`<div class="scroll"><table><caption>${title}</caption>
<thead><tr>${columns.map(({ heading, align }) => html`<th class="${of(align)}">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, index) => html`<td class="${of(columns[index]?.align ?? 'left')}">${cellText(cell)}</td>`)}</tr>`,
  )}</tbody></table></div>
${notes.map((note) => html`<p class="notes">${note}</p>`)}`;
}
