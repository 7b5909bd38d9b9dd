/**
 * An estimate with its interval, the shape in which every statistic leaves this room. The interval is two-sided
 * at 95 % unless the function that made it says otherwise.
 */

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}
