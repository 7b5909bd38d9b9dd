/** Reads when a server wishes to be asked again: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Milliseconds from now, or undefined where the server does not say or says nonsense. A date is measured against the
 * server's own `Date`, so that clocks that disagree do no harm; `now` (milliseconds since 1970) serves without one.
 */
export function retryAfterOf(headers: IncomingHttpHeaders, now: number): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const said = headers['retry-after'];
  if (said === undefined || said.trim() === '') return undefined;
  const seconds = Number(said);
  if (seconds >= 0) return seconds * 1_000;
  // A number below zero would be read as a year.
  const date = /[a-z]/i.test(said) ? Date.parse(said) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  const serversNow = Date.parse(headers.date ?? '');
  return Math.max(0, date - (Number.isNaN(serversNow) ? now : serversNow));
}
