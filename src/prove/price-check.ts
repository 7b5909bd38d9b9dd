/** BUDGET-CAP needs prices: money cannot be capped where nobody said what a model costs. */
import type { Price } from '../model/chat-model.ts';
import type { Budget } from './budget.ts';

export class UnpricedModelError extends Error {
  override readonly name = 'UnpricedModelError';
}

interface Priced {
  readonly name: string;
  readonly price?: Price;
}

/** Throws an UnpricedModelError that names the field to set. */
export function assertPriced(
  models: Iterable<Priced>,
  budgets: { readonly problem: Budget; readonly run: Budget; readonly sitting: Budget },
): void {
  if ([budgets.problem, budgets.run, budgets.sitting].every(({ dollars }) => dollars === undefined)) return;
  const unpriced = [...models].find(({ price }) => price === undefined);
  if (unpriced === undefined) return;
  throw new UnpricedModelError(
    `${unpriced.name}: money is capped, but nobody said what this model costs. Set price in its preset, or write ` +
      '--model MODEL,price=PROMPT/REPLY, in dollars for a million tokens; price=0 where it is free',
  );
}
