/** Listening to several signals at once, without making a signal of them for every call. */

/**
 * Calls back once, with the reason, when the first of these signals is aborted; at once if one is already. The function
 * that comes back stops listening.
 */
export function onAbort(
  signals: readonly (AbortSignal | undefined)[],
  listener: (reason: unknown) => void,
): () => void {
  const given = signals.filter((signal) => signal !== undefined);
  const stop = (): void => {
    for (const signal of given) signal.removeEventListener('abort', heard);
  };
  const heard = (): void => {
    stop();
    listener(given.find(({ aborted }) => aborted)?.reason);
  };
  if (given.some(({ aborted }) => aborted)) heard();
  else for (const signal of given) signal.addEventListener('abort', heard, { once: true });
  return stop;
}
