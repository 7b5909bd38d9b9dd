/** Statements that lean on another one: an earlier problem, part or theorem that is not there. */
import { firstMatch } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const named = '(?:problem|exercise|theorem|lemma|example|proposition|corollary)';
const patterns: readonly RegExp[] = [
  new RegExp(`\\b(?:previous|preceding|above|last|earlier|foregoing|next)\\s+${named}s?\\b`, 'i'),
  new RegExp(
    `\\b(?:in|of|from|see|by|as in|using|under)\\s+(?:the\\s+)?${named}\\s+\\(?(?:[A-Z]?\\d+(?:[.-]\\d+)*|\\d+[a-z]?)\\)?`,
    'i',
  ),
  /\b(?:notation|conditions?|setting|situation|definitions?|assumptions?|hypothes[ie]s)\s+(?:of|from|in)\s+(?:the\s+)?(?:previous|preceding|part|problem)\b/i,
  /\b(?:same|similar) (?:question|problem) (?:for|with|as)\b|^(?:We can view )?these conditions\b/i,
];

export const missingContext: RowRule = {
  of: 'row',
  reason: 'missing-context',
  title: 'a statement that leans on another one',
  find({ statement }) {
    const found = firstMatch(statement, patterns);
    if (found !== undefined) return found;
    const part = /\b(?:part|parts) \(?([a-h]|i{1,3})\)/i.exec(statement);
    if (part === null) return undefined;
    // A part of this very statement is there.
    const label = (part[1] ?? '').toLowerCase();
    const isThere = new RegExp(`(?:^|[\\n.:;?]\\s*)\\(?${label}\\)`, 'i').test(
      statement.slice(0, part.index),
    );
    return isThere ? undefined : statement.slice(Math.max(0, part.index - 40), part.index + 40);
  },
};
