/**
 * What a grader has entered and not saved yet, kept in this browser at every change, by queue, grader and proof: neither a
 * reload nor a server that is away loses it.
 */

import { type MarkedScheme, pointsOfMarks } from '../../../../src/problems/graded/scheme-marks.ts';
import type { GivenGrade, SchemeMarks, SchemeView } from '../../../../src/view/api/grades.ts';

export interface Draft {
  readonly marks: SchemeMarks;
  /** Points as a whole: instead of the sum, or where there is no scheme. */
  readonly total: number | null;
  readonly overrideReason: string;
  readonly comment: string;
  readonly confidence: number | null;
  readonly style: readonly string[];
  readonly styleNote: string;
  /** Seconds of attention so far. */
  readonly seconds: number;
}

export const emptyDraft: Draft = {
  marks: { checkpoints: {}, deductions: {}, limits: [] },
  ...{ total: null, overrideReason: '', comment: '', confidence: null, style: [], styleNote: '', seconds: 0 },
};

const keyOf = (queue: string, grader: string, item: string): string =>
  `qed-draft ${JSON.stringify([queue, grader, item])}`;

export function loadDraft(queue: string, grader: string, item: string): Draft | undefined {
  try {
    const text = localStorage.getItem(keyOf(queue, grader, item));
    return text === null ? undefined : { ...emptyDraft, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return undefined;
  }
}

/** False where the browser keeps nothing. */
export function saveDraft(queue: string, grader: string, item: string, draft: Draft | undefined): boolean {
  try {
    const key = keyOf(queue, grader, item);
    if (draft === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function draftOf(grade: GivenGrade, scheme: MarkedScheme | undefined): Draft {
  const { points, marks, overrideReason, comment, confidence, style, styleNote } = grade;
  const sum = sumOf(scheme, marks);
  return {
    ...{ marks, overrideReason, comment, confidence, style, styleNote, seconds: 0 },
    total: sum === points ? null : points,
  };
}

/** What the marks come to; undefined while no chain of the scheme has all its marks. */
export function sumOf(scheme: MarkedScheme | undefined, marks: SchemeMarks): number | undefined {
  if (scheme === undefined) return undefined;
  const isWhole = scheme.chains.some(({ checkpoints }) =>
    checkpoints.every(({ key }) => marks.checkpoints[key] !== undefined),
  );
  return isWhole ? pointsOfMarks(scheme, marks) : undefined;
}

/** What keeps the draft from being saved, or the grade that it is. */
export function gradeOf(
  draft: Draft,
  scheme: MarkedScheme | undefined,
): GivenGrade | { readonly missing: string } {
  const { marks, total, overrideReason, comment, confidence, style, styleNote } = draft;
  const isMarked = Object.keys(marks.checkpoints).length > 0;
  const sum =
    sumOf(scheme, marks) ?? (scheme !== undefined && isMarked ? pointsOfMarks(scheme, marks) : undefined);
  const points = total ?? sumOf(scheme, marks);
  if (points === undefined) {
    return {
      missing:
        scheme === undefined
          ? 'Give 0 to 7 points.'
          : 'Mark every checkpoint of one chain, or give points as a whole.',
    };
  }
  if (sum !== undefined && points !== sum && overrideReason.trim() === '') {
    return { missing: `The marks come to ${sum}. Say why it is ${points} instead.` };
  }
  return { points, marks, overrideReason, comment, confidence, style: [...style], styleNote };
}

/** The scheme as the sum needs it. */
export function markedScheme(scheme: SchemeView | null): MarkedScheme | undefined {
  return scheme === null ? undefined : scheme;
}
