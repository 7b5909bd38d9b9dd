/** Images and drawings in the statement, which no model that reads text sees. */
import { around, firstMatch } from '../prose.ts';
import type { RowRule, SolutionRule } from '../rule.ts';

export const imageMarks: readonly RegExp[] = [
  /!\[[^\]]*\]\([^)\s]+\)/,
  /\[asy\]/i,
  /\\includegraphics/,
  /\\begin\{(?:tikzpicture|asy|picture|pspicture|figure|wrapfigure)\}/,
  /<(?:img|svg)\b/i,
  /\[(?:img|attach|attachment|geogebra)\b[^\]]*\]/i,
  /https?:\/\/(?:cdn\.mathpix\.com|[^\s)"]*\.(?:png|jpe?g|gif|svg|bmp|webp)\b|(?:www\.)?geogebra\.org)[^\s)"]*/i,
];

/** Text that does without what follows it ends a sentence; text that leans on it says so. */
const leadsIn =
  /:\s*$|\b(?:shown|below|follow(?:s|ing)|diagrams?|figures?|pictures?|pictured|drawn)\b[^.]{0,60}[.:,]?\s*$/i;
const figuresNamed: readonly RegExp[] = [
  /\b(?:refer(?:ring)? to|in|see|from|the) (?:the )?(?:figures?|diagrams?|pictures?) (?:above|below)\b/i,
  /\bfigure \d\b/i,
];

export const image: RowRule = {
  of: 'row',
  reason: 'image',
  title: 'an image or a drawing in the statement',
  find: ({ statement }) => firstMatch(statement, imageMarks),
};

export const solutionImage: SolutionRule = {
  of: 'solution',
  reason: 'solution-image',
  title: 'a solution that leans on an image or a drawing',
  find(solution) {
    const spoken = firstMatch(solution, figuresNamed);
    for (const mark of imageMarks) {
      const match = mark.exec(solution);
      if (match === null) continue;
      const before = solution.slice(Math.max(0, match.index - 120), match.index).trimEnd();
      if (leadsIn.test(before) || /[图]\S{0,8}$/.test(before) || spoken !== undefined)
        return around(solution, match.index, 20, 60);
    }
    return spoken !== undefined && /\bbelow\b/i.test(spoken) ? spoken : undefined;
  },
};
