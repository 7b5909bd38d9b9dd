/** What a grader goes through with the keyboard, in order: checkpoints, deductions, limits, the points as a whole, confidence. */
import type { SchemeMarks, SchemePart, SchemeView } from '../../../../src/view/api/grades.ts';
import type { Draft } from './draft.ts';

export interface Row {
  readonly kind: 'checkpoint' | 'deduction' | 'limit' | 'total' | 'confidence';
  readonly key: string;
  /** Numbers that a key can give. */
  readonly least: number;
  readonly most: number;
  readonly part?: SchemePart;
}

export function rowsOf(scheme: SchemeView | null): Row[] {
  return [
    ...(scheme?.chains ?? []).flatMap(({ checkpoints }) =>
      checkpoints.map(
        (part): Row => ({ kind: 'checkpoint', key: part.key, least: 0, most: part.points, part }),
      ),
    ),
    ...(scheme?.deductions ?? []).map(
      (part): Row => ({ kind: 'deduction', key: part.key, least: 0, most: part.cap ?? part.points, part }),
    ),
    ...(scheme?.limits ?? []).map((part): Row => ({ kind: 'limit', key: part.key, least: 0, most: 1, part })),
    { kind: 'total', key: 'total', least: 0, most: 7 },
    { kind: 'confidence', key: 'confidence', least: 1, most: 5 },
  ];
}

export function givenIn(draft: Draft, row: Row): number | null {
  switch (row.kind) {
    case 'checkpoint':
      return draft.marks.checkpoints[row.key] ?? null;
    case 'deduction':
      return draft.marks.deductions[row.key] ?? null;
    case 'limit':
      return draft.marks.limits.includes(row.key) ? 1 : null;
    case 'total':
      return draft.total;
    case 'confidence':
      return draft.confidence === null ? null : 1 + 4 * draft.confidence;
  }
}

/** Null takes it back. */
export function withValue(draft: Draft, row: Row, value: number | null): Draft {
  const { marks } = draft;
  switch (row.kind) {
    case 'checkpoint':
      return { ...draft, marks: { ...marks, checkpoints: withKey(marks.checkpoints, row.key, value) } };
    case 'deduction':
      return { ...draft, marks: { ...marks, deductions: withKey(marks.deductions, row.key, value) } };
    case 'limit':
      return { ...draft, marks: { ...marks, limits: withLimit(marks, row.key, value === 1) } };
    case 'total':
      return { ...draft, total: value };
    case 'confidence':
      return { ...draft, confidence: value === null ? null : (value - 1) / 4 };
  }
}

function withKey(
  values: Readonly<Record<string, number>>,
  key: string,
  value: number | null,
): Record<string, number> {
  const { [key]: _, ...others } = values;
  return value === null ? others : { ...others, [key]: value };
}

function withLimit({ limits }: SchemeMarks, key: string, holds: boolean): string[] {
  const others = limits.filter((limit) => limit !== key);
  return holds ? [...others, key] : others;
}
