/** A line of a chart, as data: what the drawing, its legend and its table of values are made from. */
export interface ChartLine {
  readonly label: string;
  /** As many as there are values on the horizontal axis; null is a gap. */
  readonly values: readonly (number | null)[];
  /** Name of a colour of the stylesheet, such as `rl`; default `ink`. */
  readonly colour?: string;
  readonly isDashed?: boolean;
  /** Points without a line between them. */
  readonly isPoints?: boolean;
  /** Points on the line: values are few. */
  readonly hasPoints?: boolean;
  /** What a smoothed line was made of: pale, in neither legend nor readout. */
  readonly isFaint?: boolean;
  /** Ends of an interval around each value. */
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] };
}
