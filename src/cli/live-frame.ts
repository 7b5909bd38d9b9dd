/**
 * A few lines at the end of a terminal that are redrawn in place. A frame is one write that overwrites the last one line
 * by line, so nothing flickers; lines are cut to the width, so nothing wraps; the cursor is never hidden, so a killed
 * process leaves the terminal in order. Remarks stay above the frame.
 */
import { displayWidth, fitSpans, type Span } from './text.ts';

/** What a frame is drawn on; `process.stdout` is one. */
export interface FrameStream {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export class LiveFrame {
  readonly #stream: FrameStream;
  readonly #color: boolean;
  /** The lines on the screen, and how wide each of them is. */
  #drawn: readonly string[] = [];
  #drawnWidths: readonly number[] = [];

  constructor(stream: FrameStream, color: boolean) {
    this.#stream = stream;
    this.#color = color;
  }

  /** Columns that a line may have: the last one stays free, because some terminals wrap as soon as it is written to. */
  get width(): number {
    return Math.max((this.#stream.columns ?? 80) - 1, 1);
  }

  /** Rows of the window. */
  get rows(): number {
    return this.#stream.rows ?? 24;
  }

  /** Draws a frame if it differs from the one on the screen, below the remark if there is one. */
  draw(frame: readonly (readonly Span[])[], remark?: string): void {
    const columns = this.#stream.columns ?? 80;
    const widths = frame.map((spans) => Math.min(lineWidth(spans), columns - 1));
    const lines = frame.map((spans) => fitSpans(spans, this.width, this.#color));
    const isSame = lines.length === this.#drawn.length && lines.every((line, i) => line === this.#drawn[i]);
    if (isSame && remark === undefined) return;
    // A terminal that was made narrower has wrapped the old lines.
    const rowsUp = this.#drawnWidths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const up = rowsUp === 0 ? '' : `\u001b[${rowsUp}A`;
    const above = remark === undefined ? '' : `${remark}\u001b[K\n`;
    this.#stream.write(`${up}\r${above}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#drawn = lines;
    this.#drawnWidths = widths;
  }
}

/** Columns of a line of spans. */
export function lineWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** Calls back again and again, without keeping the process, until the function that comes back is called. */
export function everyInterval(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
