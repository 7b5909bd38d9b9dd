/**
 * What a scaffold noted, as words for a person: `score 6`, `winner solve-2, loser solve-1, decided by coin`. The same in
 * a terminal, on a page, and in the reasoning of a served scaffold.
 */
import type { Json } from '../journal/journal.ts';

export function factsText(facts: Readonly<Record<string, Json>>): string {
  return Object.entries(facts).map(factText).join(', ');
}

function factText([name, value]: readonly [string, Json]): string {
  const words =
    name === 'abstained' ? 'no verdict:' : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return value === true ? words : `${words} ${valueText(value)}`;
}

/** Lists with commas; of lists of lists, the inner ones with equals signs. */
function valueText(value: Json): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return `${Number(value.toFixed(3))}`;
  if (Array.isArray(value)) {
    return (
      value.map((one) => (Array.isArray(one) ? one.map(valueText).join(' = ') : valueText(one))).join(', ') ||
      'none'
    );
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
