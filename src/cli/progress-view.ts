/**
 * What a person sees of a running recipe: on a terminal a live view that is redrawn in place, elsewhere (a file, a
 * pipe, CI) plain lines. Nothing in a run depends on it.
 */
import type { Progress } from '../recipe/progress.ts';
import { LineProgress } from './progress-lines.ts';
import { LiveProgress } from './progress-live.ts';

export interface ProgressView extends Progress {
  /** Draws what is outstanding and leaves the cursor on a new line. Nothing is drawn afterwards. */
  close(): void;
}

/** What a view writes to; `process.stdout` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export function progressView(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
): ProgressView {
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb';
  if (!isTerminal) return new LineProgress(stream);
  return new LiveProgress(stream, { color: isColorWanted(environment) });
}

/** https://no-color.org: any value that is not empty turns colours off. */
export function isColorWanted(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment.NO_COLOR ?? '') === '';
}
