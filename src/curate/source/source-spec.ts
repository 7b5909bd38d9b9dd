/** What is imported: a card by name or file, and after a colon those of its parts that are wanted. */
import { CardError, loadCard } from './load-card.ts';
import type { SourceCard, SourcePart } from './source-card.ts';

export interface SourceSpec {
  readonly card: SourceCard;
  /** Undefined where the card has no parts. */
  readonly parts: readonly SourcePart[] | undefined;
}

/** `olympiadbench`, `olympiadbench:en,zh`, `olympiadbench:all`, `cards/mine.yaml`. Throws a CardError. */
export function parseSourceSpec(text: string): SourceSpec {
  const [, name = text, wanted] = /^(.+?)(?::([\w,-]+))?$/.exec(text) ?? [];
  const card = loadCard(name);
  if (card.parts.length === 0) {
    if (wanted !== undefined) throw new CardError(`${text}: ${card.name} has no parts`);
    return { card, parts: undefined };
  }
  if (wanted === undefined) return { card, parts: card.parts.filter(({ optional }) => !optional) };
  if (wanted === 'all') return { card, parts: card.parts };
  const parts = wanted.split(',').map((part) => {
    const found = card.parts.find(({ name: known }) => known === part);
    if (found !== undefined) return found;
    const known = card.parts.map(({ name: one }) => one).join(', ');
    throw new CardError(`${text}: ${card.name} has no part "${part}"; there is ${known}`);
  });
  return { card, parts };
}
