/**
 * How the report writes numbers: a true minus sign, the digits that the data carries, units spelled out.
 */
import type { Interval } from '../../stats/interval.ts';

const MINUS = '\u2212';

/** A number with a fixed number of decimals and no negative zero. */
export function decimal(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** As `decimal`, with a plus sign in front of what is not negative. */
export function signed(value: number, digits = 1): string {
  const text = decimal(value, digits);
  return text.startsWith(MINUS) ? text : `+${text}`;
}

/**
 * Points of a rubric without loss, so that the points shown add up: 2, 1.5, 0.75, and where no two decimals
 * say it, the fraction: 3/7. What is no fraction of small terms has two decimals.
 */
export function points(value: number): string {
  const exact = (text: number) => Math.abs(value - text) < 1e-9;
  for (const digits of [0, 1, 2]) {
    if (exact(Number(value.toFixed(digits)))) return decimal(value, digits);
  }
  const size = Math.abs(value);
  for (let below = 3; below <= 40; below += 1) {
    const above = Math.round(size * below);
    if (Math.abs(size - above / below) > 1e-9) continue;
    const whole = Math.floor(above / below);
    return `${value < 0 ? MINUS : ''}${whole > 0 ? `${whole} ` : ''}${above % below}/${below}`;
  }
  return decimal(value, 2);
}

/** As `points`, with a plus sign in front of what earns. */
export function signedPoints(value: number): string {
  return value > 0 ? `+${points(value)}` : points(value);
}

/** The interval alone: `[8.1, 14.4]`. */
export function bracket({ low, high }: Pick<Interval, 'low' | 'high'>, digits = 1): string {
  return `[${decimal(low, digits)}, ${decimal(high, digits)}]`;
}

/** A whole number with its thousands set off: 1,024. */
export function integer(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** A count of tokens: 812, 45.3 k, 1.20 M, with a no-break space before the unit. */
export function count(value: number): string {
  if (value >= 999_500) return `${(value / 1e6).toFixed(2)}\u00a0M`;
  if (value >= 10_000) return `${(value / 1000).toFixed(0)}\u00a0k`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)}\u00a0k`;
  return value.toFixed(0);
}

/** Seconds as a person says them: `8.4 s`, `2 min 5 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}

/** `p < 0.001` or `p = 0.04`, to one more digit below 0.1. */
export function pValue(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** An ISO 8601 time as `24 November 2026, 01:08 UTC`; text that is no time is given back. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}
