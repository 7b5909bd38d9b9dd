/**
 * Ctrl-C. Once: the signal fires and the work stops after the step it is in, resumably. Again: the process ends at
 * once with 130. SIGTERM and SIGHUP count as one Ctrl-C. One key press can arrive several times (from the terminal
 * to the whole group, and once more from npm and from the launcher, which pass it on), so what follows within
 * `sameMilliseconds` is the same press.
 */
export const sameMilliseconds = 300;
export const interruptedExitCode = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** What is listened to and ended; tests give their own. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  end(): void;
}

const thisProcess: SignalSource = {
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  end: () => {
    // An orderly exit would wait for worker threads, or abort while one of them computes. The default action of
    // SIGINT waits for nothing, and a shell sees 130.
    process.removeAllListeners('SIGINT');
    if (process.platform === 'win32') process.exit(interruptedExitCode);
    process.kill(process.pid, 'SIGINT');
  },
};

export function watchInterruption(options: {
  /** Called at the first one. */
  readonly onFirst: () => void;
  readonly source?: SignalSource;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}): Interruption {
  const { onFirst, source = thisProcess, now = () => performance.now() } = options;
  const controller = new AbortController();
  let last: number | undefined;
  const listener = (): void => {
    const time = now();
    const isSame = last !== undefined && time - last < sameMilliseconds;
    last = time;
    if (isSame) return;
    if (controller.signal.aborted) {
      source.end();
    } else {
      controller.abort();
      onFirst();
    }
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) source.on(signal, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
