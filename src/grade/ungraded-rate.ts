/**
 * How much could not be graded, and whether that is too much. NULL-NOT-ZERO has a price: what is ungraded leaves every
 * average, so a score says little when many proofs are missing from it. Above a threshold a command ends with an error
 * that names the counts; benchmarks and training share this rule.
 */
import type { Grade, UngradedCause } from './grade.ts';

export const defaultUngradedThreshold = 0.05;

export class UngradedCount {
  #graded = 0;
  readonly #byCause = new Map<UngradedCause, number>();
  #example: string | undefined;

  add(grade: Grade): void {
    if (grade.kind === 'graded') this.#graded += 1;
    else this.addUngraded(grade.cause, grade.detail);
  }

  /** For records that keep no whole grades. */
  addGraded(count = 1): void {
    this.#graded += count;
  }

  addUngraded(cause: UngradedCause, detail?: string, count = 1): void {
    this.#byCause.set(cause, (this.#byCause.get(cause) ?? 0) + count);
    this.#example ??= detail;
  }

  get graded(): number {
    return this.#graded;
  }

  get ungraded(): number {
    return [...this.#byCause.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The most frequent first. */
  get byCause(): readonly (readonly [UngradedCause, number])[] {
    return [...this.#byCause].sort((a, b) => b[1] - a[1]);
  }

  /** From 0 to 1; 0 when nothing was graded at all. */
  get rate(): number {
    const all = this.#graded + this.ungraded;
    return all === 0 ? 0 : this.ungraded / all;
  }

  /** One of the details that were told. */
  get example(): string | undefined {
    return this.#example;
  }
}

export class TooManyUngradedError extends Error {
  override readonly name = 'TooManyUngradedError';
  readonly rate: number;
  readonly byCause: readonly (readonly [UngradedCause, number])[];

  constructor(count: UngradedCount, threshold: number, remedy?: string) {
    const causes = count.byCause.map(([cause, number]) => `${number} ${cause}`).join(', ');
    const example = count.example === undefined ? '' : `. For example: ${count.example}`;
    super(
      `${count.ungraded} of ${count.ungraded + count.graded} proofs (${percent(count.rate)}) could not be graded, and ${percent(threshold)} is the limit: ${causes}${example}${remedy === undefined ? '' : `. ${remedy}`}`,
    );
    this.rate = count.rate;
    this.byCause = count.byCause;
  }
}

/**
 * Throws a TooManyUngradedError when the rate is above the threshold, a share from 0 to 1. `remedy` says to a person what
 * can be done about it.
 */
export function checkUngraded(
  count: UngradedCount,
  threshold = defaultUngradedThreshold,
  remedy?: string,
): void {
  const fault = ungradedFault(count, threshold, remedy);
  if (fault !== undefined) throw fault;
}

/** The same for who goes on, and says it at the end. */
export function ungradedFault(
  count: UngradedCount,
  threshold = defaultUngradedThreshold,
  remedy?: string,
): TooManyUngradedError | undefined {
  return count.rate > threshold ? new TooManyUngradedError(count, threshold, remedy) : undefined;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
