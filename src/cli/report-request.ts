/** One line on standard error for each request that a server has answered. */
import type { RequestRecord } from '../serve/exchange.ts';

/** `200 POST /v1/chat/completions qed-nano 1.2 s, 34 + 120 tokens`; faults of the program with their cause. */
export function reportRequest(
  { method, path, status, seconds, model, usage, error, id }: RequestRecord,
  isQuiet: boolean,
): void {
  const isOurs = error?.details.code === 'internal_error';
  if (isQuiet && !isOurs) return;
  const spent = usage === undefined ? '' : `, ${usage.promptTokens} + ${usage.completionTokens} tokens`;
  const why = error === undefined ? '' : `, ${error.details.code}: ${error.message}`;
  const line = `${status} ${method} ${path} ${model ?? ''} ${seconds.toFixed(1)} s${spent}${why}`;
  // A path and a model's name come from outside.
  process.stderr.write(`${line.replaceAll(/[\p{Control}\u2028\u2029]+/gu, ' ').replaceAll(/ {2,}/g, ' ')}\n`);
  if (isOurs) {
    const { cause } = error;
    process.stderr.write(
      `${id}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`,
    );
  }
}
