/** How well a judge agrees with people, for a terminal and as JSON: each figure with its 95 % interval over problems. */
import type { Json } from '../journal/journal.ts';
import type { AgreementFigure, JudgeAgreement } from '../stats/agreement/judge-agreement.ts';
import type { ClusterEstimate } from '../stats/cluster-bootstrap.ts';

/** In the order in which they are read; the paper's own measure first. */
const shown: readonly (readonly [AgreementFigure, string])[] = [
  ['advantageError', 'advantage error within a problem (the paper’s)'],
  ['meanAbsolute', 'mean absolute error, points'],
  ['bias', 'mean of judge minus people, points'],
  ['exact', 'the same points'],
  ['withinOne', 'within one point'],
  ['classAccuracy', 'the same of four classes'],
  ['quadraticKappa', 'κ, weighted by squares'],
  ['spearman', 'Spearman’s ρ'],
  ['localConsistency', 'pairs of a problem in the same order'],
];

export function agreementText({ figures, recall, coverage }: JudgeAgreement): string {
  const rows = [
    ...shown.map(([figure, name]) => [name, figures[figure]] as const),
    ...Object.entries(recall).map(([name, value]) => [`recall of ${name}`, value] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `against people: ${coverage.compared} proofs of ${coverage.problems} problems, 95 % intervals over problems`,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${valueText(value)}`),
  ].join('\n');
}

export function agreementJson({ figures, recall, confusion, coverage }: JudgeAgreement): Json {
  return JSON.parse(JSON.stringify({ figures, recall, confusion, coverage })) as Json;
}

function valueText(value: ClusterEstimate | undefined): string {
  if (value === undefined) return 'cannot be computed';
  const { estimate, interval } = value;
  const range = interval === undefined ? '' : ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`;
  return `${estimate.toFixed(2)}${range}`;
}
