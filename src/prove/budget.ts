/**
 * A budget as people write it: "200k tokens", "$2", "10m", or several at once ("$2, 1h30m"). What is not capped is
 * absent; a number without a unit is refused, never guessed.
 */

/** Caps. Tokens are those of prompts and replies together; seconds are of work, all sittings together. */
export interface Budget {
  readonly tokens?: number;
  readonly dollars?: number;
  readonly seconds?: number;
}

const expected = 'Say tokens, dollars or a time, for example "200k tokens", "$2", "10m" or "$2, 90 min"';

const number = String.raw`(\d+(?:[_,]\d{3})*(?:\.\d+)?|\.\d+)`;
const tokensPattern = new RegExp(String.raw`^${number}\s*(k|m|b)?\s*(?:tokens?|tok)\b`, 'i');
const dollarsPattern = new RegExp(String.raw`^(?:\$\s*${number}|${number}\s*(?:dollars?|usd|\$))`, 'i');
const timePattern = new RegExp(
  String.raw`^${number}\s*(h|hours?|m|min|mins|minutes?|s|sec|secs|seconds?)(?![a-z])`,
  'i',
);
const separator = /^(?:\s*[,;+]\s*|\s+and\s+|\s+)/i;

/** Throws a BudgetTextError that says what was expected. */
export function parseBudget(text: string): Budget {
  const budget: { tokens?: number; dollars?: number; seconds?: number } = {};
  const fail = (reason: string): never => {
    throw new BudgetTextError(`${JSON.stringify(text)}: ${reason}. ${expected}`);
  };
  const once = (field: keyof Budget, value: number): void => {
    if (!(value > 0)) fail('a budget is above 0');
    if (budget[field] !== undefined) fail(`${field} are there twice`);
    budget[field] = value;
  };
  let rest = text.trim();
  if (rest === '') fail('it is empty');
  while (rest !== '') {
    const tokens = tokensPattern.exec(rest);
    const dollars = dollarsPattern.exec(rest);
    const [found] = tokens ?? dollars ?? timePattern.exec(rest) ?? [''];
    if (tokens !== null) {
      const scale = { k: 1e3, m: 1e6, b: 1e9 }[(tokens[2] ?? '').toLowerCase()] ?? 1;
      once('tokens', Math.floor(numberOf(tokens[1]) * scale));
    } else if (dollars !== null) once('dollars', numberOf(dollars[1] ?? dollars[2]));
    else if (found !== '') {
      // 1h30m: a time goes on while its parts do.
      let seconds = 0;
      let part = timePattern.exec(rest);
      for (; part !== null; part = timePattern.exec(rest)) {
        seconds += numberOf(part[1]) * secondsIn(part[2] ?? '');
        rest = rest.slice(part[0].length);
        if (timePattern.test(rest.trimStart())) rest = rest.trimStart();
      }
      once('seconds', seconds);
    } else if (/^[\d.]/.test(rest)) fail(`${rest.split(/[\s,;+]/)[0]} of what?`);
    else fail(`${JSON.stringify(rest)} is no budget`);
    if (tokens !== null || dollars !== null) rest = rest.slice(found.length);
    const gap = separator.exec(rest);
    if (rest !== '' && gap === null) fail(`${JSON.stringify(rest)} is no budget`);
    rest = rest.slice(gap?.[0].length ?? 0);
  }
  return budget;
}

/** A budget that cannot be read. */
export class BudgetTextError extends Error {
  override readonly name = 'BudgetTextError';
}

function numberOf(text: string | undefined): number {
  return Number((text ?? '').replaceAll(/[_,]/g, ''));
}

function secondsIn(unit: string): number {
  const letter = unit.slice(0, 1).toLowerCase();
  return letter === 'h' ? 3600 : letter === 'm' ? 60 : 1;
}

/** `200,000 tokens, $2.00, 10 min`; `no cap` where nothing is capped. */
export function budgetText(budget: Budget): string {
  const parts = [
    budget.tokens === undefined ? [] : [`${budget.tokens.toLocaleString('en-US')} tokens`],
    budget.dollars === undefined ? [] : [dollarsText(budget.dollars)],
    budget.seconds === undefined ? [] : [secondsText(budget.seconds)],
  ].flat();
  return parts.length === 0 ? 'no cap' : parts.join(', ');
}

/** `$2.00`, `$0.0013`: two digits, more where they would hide the amount. */
export function dollarsText(dollars: number): string {
  if (dollars === 0 || dollars >= 0.1) return `$${dollars.toFixed(2)}`;
  return `$${dollars.toFixed(Math.min(8, 1 - Math.floor(Math.log10(dollars))))}`;
}

function secondsText(seconds: number): string {
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  const minutes = seconds / 60;
  if (minutes < 120) return `${Number(minutes.toFixed(1))} min`;
  return `${Number((minutes / 60).toFixed(1))} h`;
}
