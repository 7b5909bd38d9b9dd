/** A table as data, which every format renders from: a terminal, Markdown, LaTeX, CSV. */

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  /** As many cells as columns. */
  readonly rows: readonly (readonly Cell[])[];
  /** What a reader has to know, one sentence each. */
  readonly notes: readonly string[];
}

export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/** Text, or a number with the digits that it is shown with; null where there is nothing to say. */
export type Cell = string | NumberCell | null;

export interface NumberCell {
  readonly value: number;
  /** After the point. */
  readonly digits: number;
  /** 95 % interval. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Deviation between runs, which the paper prints as `(±)`. */
  readonly deviation?: number | undefined;
  /** `$`, in front. */
  readonly unit?: '$' | undefined;
}

/** `40.0 (0.6) [31.2, 48.7]`, the parts that are there. */
export function cellText(cell: Cell, minus = '−'): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  const { value, digits, low, high, deviation, unit = '' } = cell;
  const text = (number: number): string => numberText(number, digits, minus, unit);
  const parts = [
    text(value),
    ...(deviation === undefined ? [] : [`(${text(deviation)})`]),
    ...(low === undefined || high === undefined ? [] : [`[${text(low)}, ${text(high)}]`]),
  ];
  return parts.join(' ');
}

function numberText(value: number, digits: number, minus: string, unit: string): string {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // What rounds to nothing has no sign.
  const isNegative = value < 0 && /[1-9]/.test(text);
  return `${isNegative ? minus : ''}${unit}${text}`;
}
