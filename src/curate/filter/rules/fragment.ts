/** Statements that begin in the middle of a sentence, or break off in one. */
import { askOf } from '../asks.ts';
import { isChinese, proseOf } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const beginsLate =
  /^(?:[,;)\]]|(?:such that|and|or|where|which|that|with|then|of|satisfying|respectively|is|are|so that|but)\b)/;
const furniture = /\bAoPS Community\b|\bACS WASC Accredited\b|©\s*\d{4}/;
const breaksOff =
  /(?:[,:]|\b(?:such that|and|or|the|of|where|with|that|for|to|a|an|is|are|in|by|if|then|every|each|satisfying|whose))$/;

export const fragment: RowRule = {
  of: 'row',
  reason: 'fragment',
  title: 'a part of a statement',
  find({ statement, answer, solutions }) {
    if (furniture.test(statement) && askOf(statement.replace(furniture, ' ')) === 'nothing')
      return `a page's furniture: ${statement.replaceAll(/\s+/g, ' ').slice(0, 80)}`;
    // Chinese parts of a problem end in a semicolon, and the commonest question of old contests in a colon.
    if (isChinese(statement)) return undefined;
    const prose = proseOf(statement).replaceAll(/\s*[$\\]+$/g, '');
    if (beginsLate.test(prose)) return `begins: ${prose.slice(0, 60)}`;
    if (answer !== undefined) return undefined;
    const opens = /[=+<>≤≥(]\s*$/.exec(statement.trim());
    if (opens !== null) return `ends: …${statement.trim().slice(-60)}`;
    // A list of formulas may end in a comma where the task stands before it.
    const isListed = solutions.length > 0 && /◦\s*,$/.test(prose) && askOf(statement) !== 'nothing';
    return breaksOff.test(prose) && !isListed ? `ends: …${prose.slice(-60)}` : undefined;
  },
};
