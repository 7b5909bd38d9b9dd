/**
 * The structure in the guidelines of IMO-ProofBench: headings `(Partial)`, `(Almost)` and `(Incorrect)`, each with a
 * numbered list of what earns that grade. For showing them; a judge gets the text as it was published.
 */
export type GuidelineGrade = 'incorrect' | 'partial' | 'almost' | 'correct';

export interface GuidelineSection {
  readonly grade: GuidelineGrade;
  /** The points that the grade stands for. */
  readonly points: 0 | 1 | 6 | 7;
  readonly items: readonly string[];
}

export interface Guidelines {
  /** What stands before the first heading. */
  readonly preamble: string;
  readonly sections: readonly GuidelineSection[];
}

const pointsOf: Readonly<Record<GuidelineGrade, GuidelineSection['points']>> = {
  ...{ incorrect: 0, partial: 1, almost: 6, correct: 7 },
};

/** Undefined where the text has no such headings. */
export function parseGuidelines(text: string): Guidelines | undefined {
  const [preamble = '', ...rest] = text.split(/^[ \t]*\((incorrect|partial|almost|correct)\)[ \t]*:?/im);
  if (rest.length === 0) return undefined;
  const sections: GuidelineSection[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const grade = (rest[index] ?? '').toLowerCase() as GuidelineGrade;
    sections.push({ grade, points: pointsOf[grade], items: itemsIn(rest[index + 1] ?? '') });
  }
  return { preamble: preamble.trim(), sections };
}

/** Numbered items at the beginnings of lines; a text without numbers is one item. */
function itemsIn(text: string): string[] {
  const [before = '', ...numbered] = text.split(/^[ \t]*\d+[.)][ \t]+/m);
  return [before, ...numbered].map((item) => item.trim()).filter((item) => item !== '');
}
