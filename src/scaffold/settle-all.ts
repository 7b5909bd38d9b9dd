/**
 * Waiting for calls that run at the same time. Nobody is left behind: what is in flight when one fails is awaited, so
 * that what was paid for is recorded and kept, and only then the failure is thrown on.
 */
import { ModelError } from '../model/model-error.ts';
import { BudgetExhausted } from './scaffold.ts';

/**
 * The values in order. Throws after all have ended: what is neither a budget's end nor a model's failure first, since
 * it is a bug or an interruption; then the budget's end; then the first model's failure.
 */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (errors.length > 0) {
    const isOrdinary = (error: unknown): boolean =>
      error instanceof BudgetExhausted || error instanceof ModelError;
    throw (
      errors.find((error) => !isOrdinary(error)) ??
      errors.find((error) => error instanceof BudgetExhausted) ??
      errors[0]
    );
  }
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}
