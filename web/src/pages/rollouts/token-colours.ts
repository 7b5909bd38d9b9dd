/** What tokens are coloured by: classes of the stylesheet, and the legend that says what they mean. */
import type { RolloutAttempt } from '../../../../src/view/api/rollouts.ts';

export const colourings = ['log-prob', 'ratio', 'version'] as const;
export type Colouring = (typeof colourings)[number];

export const colouringWords: Readonly<Record<Colouring, string>> = {
  'log-prob': 'Probability when sampled',
  ratio: 'Trainer ÷ sampler',
  version: 'Version of the weights',
};

/** Least probabilities of all classes but the last. */
const probabilities = [0.9, 0.5, 0.2, 0.05, 0.01, 0.001];
/** Ends of the classes of ratios. */
const ratios = [0.5, 0.8, 0.95, 1.05, 1.25, 2];
const mostLag = 5;

export interface LegendKey {
  readonly class: string;
  readonly text: string;
}

export function probabilityClass(logProb: number): string {
  const probability = Math.exp(logProb);
  const at = probabilities.findIndex((least) => probability >= least);
  return `p${at === -1 ? probabilities.length : at}`;
}

export function ratioClass(logRatio: number | null): string {
  if (logRatio === null) return 'unknown';
  const ratio = Math.exp(logRatio);
  const at = ratios.findIndex((end) => ratio < end);
  return `r${at === -1 ? ratios.length : at}`;
}

export function versionClass(span: RolloutAttempt['spans'][number] | undefined): string {
  if (span === undefined) return 'unknown';
  return `v${span.lag === null ? span.version % (mostLag + 1) : Math.min(mostLag, span.lag)}`;
}

export function legendOf(colouring: Colouring, attempts: readonly RolloutAttempt[]): LegendKey[] {
  if (colouring === 'log-prob')
    return ['≥ 90 %', '≥ 50 %', '≥ 20 %', '≥ 5 %', '≥ 1 %', '≥ 0.1 %', 'less'].map((text, at) => ({
      class: `p${at}`,
      text,
    }));
  if (colouring === 'ratio')
    return [
      'below ½',
      '½ to 0.8',
      '0.8 to 0.95',
      '0.95 to 1.05',
      '1.05 to 1.25',
      '1.25 to 2',
      '2 and more',
    ].map((text, at) => ({
      class: `r${at}`,
      text,
    }));
  const spans = attempts.flatMap((attempt) => attempt.spans);
  const keys = new Map<string, string>();
  for (const span of spans.toSorted((a, b) => (a.lag ?? 0) - (b.lag ?? 0) || a.version - b.version))
    keys.set(versionClass(span), lagWords(span));
  return [...keys].map(([name, text]) => ({ class: name, text }));
}

function lagWords({ lag, version }: RolloutAttempt['spans'][number]): string {
  if (lag === null) return `version ${version}`;
  if (lag === 0) return 'the weights that were trained';
  return lag >= mostLag
    ? `${mostLag} steps older and more`
    : `${lag === 1 ? 'one step' : `${lag} steps`} older`;
}

/** The span that a token is in. */
export function spanAt(
  spans: RolloutAttempt['spans'],
  token: number,
): RolloutAttempt['spans'][number] | undefined {
  return spans.findLast(({ start }) => start <= token);
}
