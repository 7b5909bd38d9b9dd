/**
 * One sample of a problem: the variant of the paper from which RL went on (4.3k of 7.5k samples). At random with the seed,
 * or the best graded, equals at random. What is chosen depends on the problem's own samples alone.
 */
import { Random } from '../../stats/random.ts';
import type { KeptSample } from './released-row.ts';

export type SampleChoice = 'random' | 'best-graded';

/** Undefined without samples. A sample without a grade is chosen only where none has one. */
export function chooseSample(
  samples: readonly KeptSample[],
  {
    choice,
    problem,
    seed,
  }: { readonly choice: SampleChoice; readonly problem: string; readonly seed: number },
): KeptSample | undefined {
  const graded = samples.flatMap(({ points }) => points ?? []);
  const best = choice === 'best-graded' && graded.length > 0 ? Math.max(...graded) : undefined;
  const among = best === undefined ? samples : samples.filter(({ points }) => points === best);
  return among[new Random('one-per-problem', seed, problem).below(Math.max(1, among.length))];
}
