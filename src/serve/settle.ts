/**
 * Waiting for work that is told to stop. Work that heeds its signal decides how it ends, since it may have something to
 * give back; work that does not is left behind after a short while.
 */

const patienceMilliseconds = 2000;

/** The result of `work`, or the signal's reason when work goes on for longer than it may after the signal fired. */
export async function settle<T>(
  work: Promise<T>,
  signal: AbortSignal,
  milliseconds = patienceMilliseconds,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const overdue = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(signal.reason), milliseconds);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  // What is left behind may still fail, and nobody hears it.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, overdue]);
  } catch (error) {
    // A model tells an abort in its own words; the reason says why.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
