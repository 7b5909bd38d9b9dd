/**
 * What searching buys: the score of every scaffold of one policy against what it spends, and what the judge that the
 * search leans on is worth. A proof whose judgement has no verdict is counted as that, never as a 0.
 */
import * as Plot from '@observablehq/plot';
import { html, type Markup } from '../../prove/html.ts';
import { label, searchLabels } from './effects.ts';
import { figure } from './figure.ts';
import { bracket, decimal, integer } from './format.ts';
import { checkpointColour } from './palette.ts';
import { type ExactVerdict, type JudgeAccuracy, judgeVerdicts, searchNames } from './report-input.ts';
import type { Score } from './scores.ts';

interface Point {
  readonly name: string;
  readonly tokens: number;
  readonly score: Score;
}

/** The section, where a policy was evaluated with a scaffold that searches. Scores of one suite and seed. */
export function searchSection(
  scores: readonly Score[],
  judge: JudgeAccuracy | undefined,
): Markup | undefined {
  const searched = scores.find(({ evaluation }) => searchNames.some((name) => name === evaluation.scaffold));
  if (searched === undefined) return undefined;
  const { checkpoint } = searched.evaluation;
  const own = scores.filter(({ evaluation }) => evaluation.checkpoint === checkpoint);
  const points = own.map((score) => ({ name: nameOf(score), tokens: score.tokens, score }));
  const single = points.find(({ score }) => score.evaluation.scaffold === 'single')?.tokens;
  return html`<section id="search"><h2>More test-time compute</h2>
<p class="lede">Several proofs of a problem are written and one is chosen: by ${label(checkpoint)} alone (majority), or with the checkpoint <code>judge</code>, which reads, compares, merges and refines them.</p>
<div class="figures two">${costFigure(points, checkpointColour[checkpoint])}</div>
<table class="numbers"><caption>Score and cost of each scaffold, ${label(checkpoint)}</caption>
<thead><tr><th scope="col">Scaffold</th><th scope="col">Score</th><th scope="col" class="num">Tokens a problem</th><th scope="col" class="num">Single turns</th></tr></thead>
<tbody>${points.map(
    ({ name, tokens, score }) => html`<tr><th scope="row">${name}</th>
<td><b>${decimal(score.interval.estimate)}</b> <small>${bracket(score.interval)}</small></td>
<td class="num">${decimal(tokens)}</td>
<td class="num">${single === undefined || single === 0 ? '–' : decimal(tokens / single)}</td></tr>`,
  )}</tbody></table>
${judge !== undefined && judgeTable(judge)}
</section>`;
}

function nameOf({ evaluation: { scaffold, turn } }: Score): string {
  if (scaffold === 'single') return 'Single turn';
  return scaffold === 'reasoning-cache' ? `Reasoning cache, turn ${turn ?? 1}` : searchLabels[scaffold];
}

function costFigure(points: readonly Point[], colour: string): Markup {
  const rows = points.map(({ name, tokens, score }) => ({
    name: name.replace('Reasoning cache, ', 'cache '),
    tokens,
    score: score.interval.estimate,
    low: score.interval.low,
    high: score.interval.high,
    isTurn: score.evaluation.scaffold === 'reasoning-cache',
  }));
  const turns = rows.filter(({ isTurn }) => isTurn);
  // Turns lie close together: the first and the last of them are named.
  const named = rows.filter((row) => !row.isTurn || row === turns.at(-1));
  return figure({
    title: 'Score by tokens spent',
    subtitle: 'percent of full marks',
    summary: `Score against tokens: ${rows.map(({ name, score, tokens }) => `${name} ${decimal(score)} percent at ${decimal(tokens)}`).join('; ')}.`,
    wide: true,
    height: 260,
    leastExtent: 10,
    note: 'Mean completion tokens per attempt at a problem, all calls together, on a logarithmic scale. Bars are 95 % intervals.',
    plot: {
      x: { type: 'log', label: 'completion tokens per problem', ticks: 5, tickFormat: '~s' },
      y: { zero: true },
      marks: [
        Plot.ruleX(rows, { x: 'tokens', y1: 'low', y2: 'high', stroke: colour, strokeOpacity: 0.55 }),
        Plot.lineY(turns, { x: 'tokens', y: 'score', stroke: colour, strokeWidth: 1.5 }),
        Plot.dot(rows, { x: 'tokens', y: 'score', fill: colour, r: 3 }),
        Plot.text(named, {
          x: 'tokens',
          y: 'low',
          text: 'name',
          dy: 11,
          fill: 'var(--ink)',
          textAnchor: 'middle',
        }),
      ],
    },
  });
}

/** Shares that say what a judge is worth; undefined where there was nothing to tell. */
export interface JudgeShares {
  /** Verdicts that are the exact one, in percent of all proofs. */
  readonly accuracy: number | undefined;
  /** Wrong proofs called right, in percent of wrong ones. */
  readonly falseAccepts: number | undefined;
  /** Right proofs called wrong, in percent of right ones. */
  readonly falseRejects: number | undefined;
  /** Pairs decided rightly, an undecided one counting half, in percent. */
  readonly pairs: number | undefined;
}

export function judgeShares({ verdicts, pairs }: JudgeAccuracy): JudgeShares {
  const rows = Object.values(verdicts);
  const all = rows.reduce((sum, row) => sum + totalOf(row), 0);
  const right = verdicts['1']['1'] + verdicts['0.5']['0.5'] + verdicts['0']['0'];
  const decided = pairs.right + pairs.wrong + pairs.undecided;
  return {
    accuracy: percent(right, all),
    falseAccepts: percent(verdicts['0']['1'], totalOf(verdicts['0'])),
    falseRejects: percent(verdicts['1']['0'], totalOf(verdicts['1'])),
    pairs: percent(pairs.right + pairs.undecided / 2, decided),
  };
}

const worth: readonly (readonly [ExactVerdict, string])[] = [
  ['1', 'right (7 of 7)'],
  ['0.5', 'partly (1 to 6)'],
  ['0', 'wrong (0)'],
];

function judgeTable(judge: JudgeAccuracy): Markup {
  const { accuracy, falseAccepts, falseRejects, pairs } = judgeShares(judge);
  const share = (value: number | undefined) => (value === undefined ? 'unknown' : `${decimal(value)} %`);
  const { right, wrong, undecided } = judge.pairs;
  return html`<table class="numbers"><caption>What the judge says of the policy's proofs, percent of each row</caption>
<thead><tr><th scope="col">The proof is</th><th scope="col" class="num">Proofs</th>${judgeVerdicts.map((verdict) => html`<th scope="col" class="num">${verdict === 'none' ? 'no verdict' : `says ${verdict}`}</th>`)}</tr></thead>
<tbody>${worth.map(
    ([exact, words]) =>
      html`<tr><th scope="row">${words}</th><td class="num">${integer(totalOf(judge.verdicts[exact]))}</td>${judgeVerdicts.map(
        (verdict) =>
          html`<td class="num">${decimal(percent(judge.verdicts[exact][verdict], totalOf(judge.verdicts[exact])) ?? 0)}</td>`,
      )}</tr>`,
  )}</tbody></table>
<p class="note">The judge agrees with the exact grader on ${share(accuracy)} of proofs; it accepts ${share(falseAccepts)} of wrong ones and rejects ${share(falseRejects)} of right ones. Of ${integer(right + wrong + undecided)} pairs of unequal worth it decides ${share(pairs)} rightly, where 50 % is chance and an undecided one counts half.</p>`;
}

function totalOf(row: Readonly<Record<string, number>>): number {
  return Object.values(row).reduce((sum, count) => sum + count, 0);
}

function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (100 * part) / whole;
}
