/** The letters that a problem speaks of: what its mathematics has outside of words. */
import { LimitError } from './limits.ts';
import { tokensOf } from './tokens.ts';

const mathematics = /\$\$([\s\S]+?)\$\$|\$([^$]+)\$|\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]/g;

/** Undefined for a statement without any marks of mathematics: nothing is known of its letters. */
export function lettersOfStatement(statement: string): ReadonlySet<string> | undefined {
  const parts = [...statement.matchAll(mathematics)].map((found) =>
    found.slice(1).find((text) => text !== undefined),
  );
  if (parts.length === 0) return undefined;
  const letters = new Set<string>();
  for (const part of parts) {
    try {
      for (const { kind, text } of tokensOf(part ?? '')) {
        if (kind !== 'letter') continue;
        letters.add(text);
        for (const single of /^[A-Z]{2,}$/.test(text) ? text : '') letters.add(single);
      }
    } catch (error) {
      if (error instanceof LimitError) return undefined;
      throw error;
    }
  }
  return letters;
}
