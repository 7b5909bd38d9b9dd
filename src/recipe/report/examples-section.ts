/**
 * Proofs before and after: the same problem as each checkpoint answered it, with the grade explained line by
 * line. Everything here was written by models or taken from data, and is text, never markup.
 */
import type { Grade } from '../../grade/grade.ts';
import type { GradingScheme } from '../../problems/problem.ts';
import { html, type Markup } from '../../prove/html.ts';
import { label } from './effects.ts';
import { decimal, points, signedPoints } from './format.ts';
import { checkpointColour } from './palette.ts';
import type { Example, ExampleAnswer, SampleText } from './report-input.ts';

/** The section, or nothing when no example was kept. */
export function examplesSection(examples: readonly Example[]): Markup | undefined {
  if (examples.length === 0) return undefined;
  return html`<section id="examples"><h2>Proofs before and after</h2>
<p class="lede">${choice(examples)} Only what follows the reasoning is graded.</p>
${examples.map(exampleArticle)}</section>`;
}

/** How the examples were chosen: by the gain from the first checkpoint to the last, where there is one. */
function choice(examples: readonly Example[]): string {
  const gains = examples.flatMap(({ answers }) => {
    const [first, last] = [answers[0]?.grade, answers.at(-1)?.grade];
    if (answers.length < 2 || first?.kind !== 'graded' || last?.kind !== 'graded') return [];
    return [last.points - first.points];
  });
  if (gains.length > 0 && gains.every((gain) => gain <= 0)) {
    return 'None gained: the last checkpoint earns no more on these problems than the first. They show how the proofs changed.';
  }
  return 'The problems that gained most, answered by each checkpoint: they show how the proofs changed, not how often.';
}

/** Texts of runs whose answers nobody grades. */
export function samplesSection(samples: readonly SampleText[]): Markup | undefined {
  if (samples.length === 0) return undefined;
  const byPrompt = [...Map.groupBy(samples, ({ prompt }) => prompt)];
  return html`<section id="samples"><h2>Sample texts</h2>
<p class="lede">What the model writes when it is asked this. Nobody has graded it.</p>
${byPrompt.map(
  ([prompt, texts]) => html`<article class="example"><p class="statement">${prompt}</p>
<div class="answers">${texts.map(
    ({ checkpoint, text }) => html`<div class="answer" style="--mark:${checkpointColour[checkpoint]}">
<h4>${label(checkpoint)}</h4>${text.trim() === '' ? html`<p class="text empty">Nothing.</p>` : html`<p class="text">${text}</p>`}</div>`,
  )}</div></article>`,
)}</section>`;
}

function exampleArticle({ id, statement, scheme, answers }: Example): Markup {
  return html`<article class="example"><h3>Problem ${id}</h3>
<p class="statement">${statement}</p>
${scheme !== undefined && schemeFold(scheme)}
<div class="answers">${answers.map(answerColumn)}</div></article>`;
}

function schemeFold(scheme: GradingScheme): Markup {
  const { checkpoints, alternatives = [], zeroCredit, deductions, limits = [], maximumPoints } = scheme;
  const earning = (all: GradingScheme['checkpoints']): Markup[] =>
    all.map(
      ({ points: earned, description }) =>
        html`<li><b>${signedPoints(earned)}</b><span>${description}</span></li>`,
    );
  return html`<details class="fold"><summary>Grading scheme, ${maximumPoints} points</summary>
<ul class="items">${earning(checkpoints)}${alternatives.map(({ name, checkpoints: others }) => html`<li><b>or</b><span>instead: ${name}</span></li>${earning(others)}`)}${deductions.map(({ points: lost, cap, description }) => html`<li><b>${signedPoints(-lost)}</b><span>${description}${cap !== undefined && ` (at most ${points(cap)} in all)`}</span></li>`)}${limits.map(({ points: most, description }) => html`<li><b>≤ ${points(most)}</b><span>in all, with: ${description}</span></li>`)}${zeroCredit.map((flaw) => html`<li><b>0</b><span>in all, for: ${flaw}</span></li>`)}</ul></details>`;
}

function answerColumn({ checkpoint, reasoning, proof, grade }: ExampleAnswer): Markup {
  return html`<div class="answer" style="--mark:${checkpointColour[checkpoint]}">
<h4>${label(checkpoint)} <span>${pointsOf(grade)}</span></h4>
${proof.trim() === '' ? html`<p class="text empty">No proof.</p>` : html`<p class="text">${proof}</p>`}
${gradeLines(grade)}
${reasoning.trim() !== '' && html`<details class="fold"><summary>Reasoning</summary><p class="text thought">${reasoning}</p></details>`}
</div>`;
}

function pointsOf(grade: Grade): string {
  return grade.kind === 'graded'
    ? `${decimal(grade.points, [0, 1].find((digits) => Number(grade.points.toFixed(digits)) === grade.points) ?? 2)} / 7`
    : 'ungraded';
}

function gradeLines(grade: Grade): Markup {
  if (grade.kind === 'ungraded') return html`<p class="note">No grade: ${grade.cause}. ${grade.detail}</p>`;
  if (grade.items.length === 0) return html`<p class="note">${grade.report}</p>`;
  return html`<ul class="items">${grade.items.map(
    ({ what, points: earned, reason }) =>
      html`<li><b>${signedPoints(earned)}</b><span>${what}${reason !== '' && reason !== what && html`<small>${reason}</small>`}</span></li>`,
  )}</ul>`;
}
