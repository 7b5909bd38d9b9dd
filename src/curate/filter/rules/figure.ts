/** Statements that speak of a figure, which is then either an image or gone. "Figure" for a shape is no reason. */
import { firstMatch } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const thing =
  '(?:figures?|diagrams?|pictures?|illustrations?|drawings?|sketch(?:es)?|image|map|graph|chart|plot)';
const patterns: readonly RegExp[] = [
  new RegExp(
    `\\b(?:shown|pictured|drawn|depicted|illustrated|given|seen|marked|labell?ed|displayed|indicated)\\s+(?:in|on|by)\\s+(?:the|this|each|our)?\\s*(?:\\w+\\s+)?${thing}\\b`,
    'i',
  ),
  /\b(?:see|refer to|from|as in|consult)\s+(?:the\s+)?(?:\w+\s+)?(?:figures?|diagrams?|pictures?|illustrations?|drawings?|sketch)\b/i,
  /\b(?:in|on)\s+the\s+(?:\w+\s+)?(?:figures?|diagrams?|pictures?|illustrations?|drawings?|sketch)\b/i,
  /\b(?:adjoining|accompanying|following|above|below|attached|adjacent)\s+(?:figures?|diagrams?|pictures?|illustrations?|drawings?|sketch|image|map|chart)\b/i,
  new RegExp(
    `\\b${thing}\\s+(?:below|above|at (?:the )?(?:right|left)|on the (?:right|left)|to the (?:right|left)|shows?|shown)\\b`,
    'i',
  ),
  /\b(?:as\s+drawn|(?:as|is|are)\s+(?:shown|pictured|depicted|illustrated))\s*(?:[.,;)]|$|below|above|here|at right|to the|on the (?:right|left))/im,
  /\b(?:shown|pictured|drawn|depicted|illustrated)\s+(?:below|above|here|at right|at left)\b/i,
  /\bFig(?:ure|\.)\s*\d|^As (?:in )?the (?:graph|figure|diagram)\b|\b(?:diagram|figure|graph) as seen\b/i,
  /如[右左上下]?图|[下右左上]图|图\s*\d/,
];

export const figure: RowRule = {
  of: 'row',
  reason: 'figure',
  title: 'a statement that speaks of a figure',
  find: ({ statement }) => firstMatch(statement, patterns),
};
