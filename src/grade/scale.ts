/** The scales that judges of proofs give points on. */
export interface Scale {
  readonly name: 'points' | 'levels';
  /** What may be given, in rising order. */
  readonly steps: readonly number[];
  /** For complaints and prompts. */
  readonly words: string;
}

export const scaleNames = ['points', 'levels'] as const;

export const SCALES: Readonly<Record<Scale['name'], Scale>> = {
  /** ProofBench, and the schemes of the paper's training problems. */
  points: { name: 'points', steps: [0, 1, 2, 3, 4, 5, 6, 7], words: 'one whole number from 0 to 7' },
  /** IMO-ProofBench: incorrect, partial, almost, correct. */
  levels: { name: 'levels', steps: [0, 1, 6, 7], words: 'one of the numbers 0, 1, 6 and 7' },
};
