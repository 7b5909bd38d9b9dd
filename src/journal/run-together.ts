/**
 * Durable work on many items at once, in the interest of PAY-ONCE: nobody who is waited for is left behind. When
 * one item fails, the others are told to stop and are awaited, so that what they had paid for is recorded before
 * the failure is thrown on.
 */

/**
 * Results in the order of the items. `work` gets a signal that fires when `signal` does or when another item has
 * failed. Throws the failure that came first.
 */
export async function runTogether<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  let failure: { readonly error: unknown } | undefined;
  const outcomes = await Promise.all(
    items.map(async (item, index) => {
      try {
        return { value: await work(item, index, either) };
      } catch (error) {
        failure ??= { error };
        siblings.abort();
        return undefined;
      }
    }),
  );
  if (failure !== undefined) throw failure.error;
  return outcomes.map((outcome) => (outcome as { readonly value: R }).value);
}
